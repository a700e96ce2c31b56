// What listeners ask for, in the order in which it will be heard; one press says "I want it too".
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { type Done, run } from "./post.ts";
import type { Known, Store } from "./store.ts";
import { words } from "./words.ts";

export function Requests({ store, known }: { store: Store; known: Known }) {
  const { requests, channel } = known.state;
  const [typed, type] = useState("");
  const [told, tell] = useState<Done | undefined>();
  const ask = async (query: string) => {
    const done = await run(store, "request", { query, channel: channel.slug });
    tell(done);
    return done.ok;
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (typed.trim() !== "" && (await ask(typed.trim()))) type("");
  };
  return html`
    <section class="card" aria-labelledby="requests">
      <h2 id="requests">${words.requests()}</h2>
      ${
        requests.length === 0
          ? html`<p class="soft">${words.noRequests()}</p>`
          : html`<ol class="line">
            ${requests.map(
              (one) =>
                html`<li key=${one.id}>
                  <span class="grow"><b>${one.title}</b> <span class="soft">${one.name}</span></span>
                  <button
                    type="button"
                    class="button vote"
                    disabled=${!known.me}
                    aria-label=${words.want(one.title)}
                    onClick=${() => void ask(one.asset)}
                  >
                    ▲ ${one.votes + 1}
                  </button>
                </li>`,
            )}
          </ol>`
      }
      ${
        known.me
          ? html`<form class="row" aria-label=${words.request()} onSubmit=${submit}>
            <label class="grow">
              <span class="sr">${words.request()}</span>
              <input
                class="field"
                maxlength="100"
                autocomplete="off"
                placeholder=${words.requestHint()}
                value=${typed}
                onInput=${(event: Event) => type((event.target as HTMLInputElement).value)}
              />
            </label>
            <button type="submit" class="button">${words.ask()}</button>
          </form>`
          : ""
      }
      ${told ? html`<p class=${`small ${told.ok ? "good" : "bad"}`} role="status">${told.text}</p>` : ""}
    </section>
  `;
}
