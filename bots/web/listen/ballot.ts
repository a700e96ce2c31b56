// The open ballot: a button for each answer with its bar behind it, and what came of the last one.
import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { run } from "./post.ts";
import type { Known, Store } from "./store.ts";
import { words } from "./words.ts";

type Shown = NonNullable<Known["state"]["ballot"]>;

const keyOf = (ballot: string) => `vote ${ballot}`;
function remembered(ballot: string): string | null {
  try {
    return sessionStorage.getItem(keyOf(ballot));
  } catch (error) {
    console.debug(error);
    return null;
  }
}
function remember(ballot: string, choice: string): void {
  try {
    sessionStorage.setItem(keyOf(ballot), choice);
  } catch (error) {
    console.debug(error);
  }
}

export function Ballot({ store, known }: { store: Store; known: Known }) {
  const { ballot } = known.state;
  const [own, setOwn] = useState<string | null>(null);
  const [told, tell] = useState("");
  useEffect(() => {
    setOwn(ballot ? remembered(ballot.id) : null);
    tell("");
  }, [ballot?.id]);
  if (!ballot) return null;
  const open = ballot.status !== "closed";
  const vote = async (choice: string) => {
    const before = own;
    setOwn(choice);
    const { ok, text } = await run(store, "vote cast", { ballot: ballot.id, choice });
    if (ok) remember(ballot.id, choice);
    else setOwn(before);
    tell(ok ? "" : text);
  };
  const most = Math.max(1, ...ballot.choices.map((c) => c.votes ?? 0));
  return html`
    <section class="card ballot" aria-labelledby="ballot">
      <h2 id="ballot">${ballot.question}</h2>
      ${open ? html`<${Closes} at=${ballot.closes_at} offset=${known.offset} />` : html`<p class="result">${resultOf(ballot)}</p>`}
      <ul class="choices">
        ${ballot.choices.map((choice) => {
          const chosen = own === choice.id;
          const won = ballot.winner === choice.id;
          const sign = won ? "★ " : chosen ? "✓ " : "";
          return html`<li key=${choice.id}>
            <button
              type="button"
              class=${`choice ${chosen ? "own" : ""} ${won ? "won" : ""}`}
              aria-pressed=${chosen}
              disabled=${!open || !known.me}
              onClick=${() => void vote(choice.id)}
            >
              <meter class="tally" aria-hidden="true" min="0" max=${most} value=${choice.votes ?? 0}></meter>
              <span class="grow">${sign}${choice.label}</span>
              ${choice.votes === null ? "" : html`<b class="count">${choice.votes}</b>`}
              ${chosen ? html`<span class="sr">${words.yours()}</span>` : ""}
            </button>
          </li>`;
        })}
      </ul>
      <p class="small soft" aria-live="polite">
        ${ballot.status === "held" ? words.held() : ballot.hidden && open ? words.hidden() : words.voters(ballot.voters)}
      </p>
      ${told ? html`<p class="small bad" role="alert">${told}</p>` : ""}
      ${open && !known.me ? html`<p class="small">${words.signIn()}. ${words.signInHow()}</p>` : ""}
    </section>
  `;
}

function resultOf(ballot: Shown): string {
  const winner = ballot.choices.find((c) => c.id === ballot.winner);
  return winner ? words.won(winner.label) : words.noWinner();
}

function Closes({ at, offset }: { at: string; offset: number }) {
  const left = () => Math.ceil((Date.parse(at) - Date.now() - offset) / 1_000);
  const [seconds, set] = useState(left());
  useEffect(() => {
    set(left());
    const timer = setInterval(() => set(left()), 500);
    return () => clearInterval(timer);
  }, [at, offset]);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return html`<p class="small soft" role="timer">${seconds > 0 ? words.closesIn(time) : words.closing()}</p>`;
}
