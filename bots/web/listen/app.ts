// The page: what is heard on one side, what people say on the other; on a phone one below the other.
import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { Ballot } from "./ballot.ts";
import { Player } from "./player.ts";
import { Requests } from "./requests.ts";
import type { Known, Store } from "./store.ts";
import { Chat, Shouts } from "./talk.ts";
import { words } from "./words.ts";

export function App({ store }: { store: Store }) {
  const [known, set] = useState(store.get());
  useEffect(() => store.listen(() => set(store.get())), []);
  const { state, crowd, me } = known;
  const { channel, now } = state;
  useEffect(() => {
    document.title = now ? `${now.title} · ${channel.name}` : channel.name;
    document.documentElement.style.setProperty("--hue", channel.hue);
  }, [now?.title, channel.name, channel.hue]);
  const live = state.state === "on";
  return html`
    <a class="skip" href="#chat">${words.skip()}</a>
    <header class="bar">
      <h1>${channel.name}</h1>
      <span class=${`lamp ${live ? "on" : ""}`}>
        ${live ? words.onAir() : state.state === "starting" ? words.starting() : words.offAir()}
      </span>
      <span class="soft small push" role="status">${words.listening(crowd.listeners)} · ${words.here(crowd.viewers)}</span>
      ${me ? html`<span class="small name">${me.name}</span>` : ""}
    </header>
    ${known.online ? "" : html`<p class="banner" role="status">${words.again()}</p>`}
    <main>
      <div class="side">
        <${Stage} store=${store} known=${known} />
        <${Ballot} store=${store} known=${known} />
        <${Next} known=${known} />
        <${Requests} store=${store} known=${known} />
      </div>
      <div class="side">
        <${Shouts} store=${store} known=${known} />
        <${Chat} store=${store} known=${known} />
      </div>
    </main>
  `;
}

const clock = (seconds: number) =>
  `${Math.floor(Math.max(0, seconds) / 60)}:${String(Math.floor(Math.max(0, seconds) % 60)).padStart(2, "0")}`;

function useSeconds(): number {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function Stage({ store, known }: { store: Store; known: Known }) {
  const { now, channel, note } = known.state;
  const at = useSeconds() + known.offset;
  const heard = now?.at ? Math.min((at - Date.parse(now.at)) / 1_000, now.seconds ?? Number.POSITIVE_INFINITY) : 0;
  return html`
    <section class="card stage" aria-label=${words.now()}>
      <div class="cover">
        ${now?.cover ? html`<img src=${now.cover} alt="" width="320" height="320" />` : html`<${Sleeve} name=${channel.name} />`}
        <div class="bursts" aria-hidden="true">
          ${known.bursts.map((one) => html`<span key=${one.id} class=${`burst lane${one.id % 7}`}>${one.sign}</span>`)}
        </div>
      </div>
      <div class="heard">
        ${
          now
            ? html`<p class="title">${now.title}</p>
              <p class="soft">${now.artist ?? channel.tagline}</p>
              <p class="small why">${words.decided(now.decided, now.by)}</p>
              ${
                now.seconds
                  ? html`<div class="time">
                    <progress max=${now.seconds} value=${heard} aria-label=${words.now()}></progress>
                    <span class="small soft">${clock(heard)} / ${clock(now.seconds)}</span>
                  </div>`
                  : ""
              }`
            : html`<p class="title">${words.nothing()}</p>
              <p class="soft">${note || channel.tagline}</p>`
        }
        <${Player} store=${store} known=${known} />
      </div>
    </section>
  `;
}

/** While a track has no picture: the channel's own, drawn from its hue. */
const Sleeve = ({ name }: { name: string }) => html`
  <svg class="sleeve" viewBox="0 0 320 320" preserveAspectRatio="xMidYMid slice" role="img" aria-label=${name}>
    <rect width="320" height="320" />
    ${[0, 1, 2, 3, 4].map((n) => html`<circle key=${n} cx="160" cy="208" r=${132 - n * 24} />`)}
    <path d="M0 236h320M0 260h320M0 284h320M0 308h320" />
  </svg>
`;

function Next({ known }: { known: Known }) {
  const { next } = known.state;
  return html`
    <section class="card" aria-labelledby="next">
      <h2 id="next">${words.next()}</h2>
      ${
        next.length === 0
          ? html`<p class="soft">${words.nextOpen()}</p>`
          : html`<ol class="line">
            ${next.map(
              (one) =>
                html`<li key=${one.id}>
                  <span class="grow"><b>${one.title}</b> <span class="soft">${one.artist ?? ""}</span></span>
                  <span class="small soft">${words.decided(one.decided, one.by)}</span>
                </li>`,
            )}
          </ol>`
      }
    </section>
  `;
}
