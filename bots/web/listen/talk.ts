// Shouts, chat, who types, and hearts. Words of strangers are text and nothing else: no links, no markup.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { hint, run } from "./post.ts";
import type { Known, Store } from "./store.ts";
import { words } from "./words.ts";

/** As core's list of them; the server takes no others. */
const SIGNS = ["❤️", "🔥", "👏", "😍", "😂", "🎶", "🌙", "🚀"];
const LETTERS = 200;
/** Typing is told again this often; it is forgotten after four seconds. */
const TYPING = 2_000;
const NEAR = 80;

type Props = { store: Store; known: Known };
type Remark = Known["chat"][number];

const at = (time: string) => new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" }).format(new Date(time));
const isStaff = ({ me }: Known) => me?.role === "staff" || me?.role === "owner";

function Line({ store, known, one }: Props & { one: Remark }) {
  return html`<li class="remark">
    <span class="who">${one.name}</span>
    <time class="small soft" datetime=${one.at}>${at(one.at)}</time>
    ${
      isStaff(known)
        ? html`<button
          type="button"
          class="hide"
          aria-label=${words.hide(one.name)}
          onClick=${() => void run(store, "chat hide", { message: one.id })}
        >
          ×
        </button>`
        : ""
    }
    <p dir="auto">${one.words}</p>
  </li>`;
}

export function Shouts({ store, known }: Props) {
  const shouts = known.shouts.slice(-4).reverse();
  return html`
    <section class="card" aria-labelledby="shouts">
      <h2 id="shouts">${words.shouts()}</h2>
      ${
        shouts.length === 0
          ? html`<p class="soft">${words.noShouts()}</p>`
          : html`<ul class="talk shouts" aria-live="polite">
            ${shouts.map((one) => html`<${Line} key=${one.id} store=${store} known=${known} one=${one} />`)}
          </ul>`
      }
    </section>
  `;
}

export function Chat({ store, known }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const near = useRef(true);
  useEffect(() => {
    const element = list.current;
    if (element && near.current) element.scrollTop = element.scrollHeight;
  }, [known.chat]);
  const scrolled = () => {
    const element = list.current;
    if (element) near.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
  };
  const typing = known.crowd.typing.filter((one) => one.id !== known.me?.id).map((one) => one.name);
  const people = known.crowd.people.map((one) => one.name).join(", ");
  return html`
    <section class="card chat" id="chat" tabindex="-1" aria-labelledby="chat-title">
      <h2 id="chat-title">${words.chat()}</h2>
      ${people ? html`<p class="small soft people">${people}</p>` : ""}
      <ul class="talk" ref=${list} onScroll=${scrolled} role="log" aria-labelledby="chat-title" tabindex="0">
        ${
          known.chat.length === 0
            ? html`<li class="soft">${words.noChat()}</li>`
            : known.chat.map((one) => html`<${Line} key=${one.id} store=${store} known=${known} one=${one} />`)
        }
      </ul>
      <p class="small soft typing" aria-live="off">${typing.length > 0 ? words.typing(typing.join(", "), typing.length) : ""}</p>
      ${known.me ? html`<${Composer} store=${store} known=${known} />` : html`<p class="small">${words.signIn()}. ${words.signInHow()}</p>`}
    </section>
  `;
}

function Composer({ store, known }: Props) {
  const [typed, type] = useState("");
  const [told, tell] = useState("");
  const toldAt = useRef(0);
  const tellAll = async (command: string) => {
    const text = typed.trim();
    if (text === "") return;
    type("");
    const done = await run(store, command, { text, channel: known.state.channel.slug });
    tell(done.ok ? "" : done.text);
    // What was refused is not lost, unless they write on already.
    if (!done.ok) type((now) => now || text);
  };
  const input = (event: Event) => {
    type((event.target as HTMLInputElement).value);
    if (Date.now() - toldAt.current < TYPING) return;
    toldAt.current = Date.now();
    hint(store, "typing");
  };
  const submit = (event: Event) => {
    event.preventDefault();
    toldAt.current = 0;
    void tellAll("chat say");
  };
  return html`
    <div class="signs">
      ${SIGNS.map(
        (sign) =>
          html`<button
            key=${sign}
            type="button"
            class="sign"
            aria-label=${words.react(sign)}
            onClick=${() => hint(store, "react", { reaction: sign })}
          >
            ${sign}
          </button>`,
      )}
    </div>
    <form class="row" aria-label=${words.chat()} onSubmit=${submit}>
      <label class="grow">
        <span class="sr">${words.write()}</span>
        <input
          class="field"
          maxlength=${LETTERS}
          autocomplete="off"
          enterkeyhint="send"
          placeholder=${words.write()}
          value=${typed}
          onInput=${input}
        />
      </label>
      <button type="submit" class="button primary">${words.send()}</button>
      <button type="button" class="button" onClick=${() => void tellAll("shout")}>${words.shout()}</button>
    </form>
    ${told ? html`<p class="small bad" role="alert">${told}</p>` : ""}
  `;
}
