// One turn of the conversation: what was said, and what came of it.
import { html } from "htm/preact";
import type { Reply } from "./api.ts";
import { ShowView, Sign } from "./blocks.ts";
import { useShared } from "./context.ts";
import { Mark } from "./icons.ts";
import type { Turn } from "./model.ts";
import { clock, moment } from "./text.ts";
import { words } from "./words.ts";

const STATUS = {
  confirm: words.confirming,
  running: words.running,
  refused: words.refused,
  failed: words.failed,
  cancelled: words.cancelled,
} as const;

export function ShowTurn({ turn, marked }: { turn: Turn; marked: boolean }) {
  const { said, pressed, at, run, reply } = turn;
  const id = run ? `run-${run}` : undefined;
  const status = reply && statusOf(reply);
  return html`<article class="turn ${marked ? "marked" : ""}" id=${id} tabindex="-1" data-status=${reply?.status ?? turn.waits ?? "lost"}>
    ${said && html`<p class="said ${pressed ? "pressed" : said.startsWith("/") ? "mono" : ""}"><span class="sr">${words.you()}: </span>${said}</p>`}
    <div class="reply">
      <${Mark} />
      <div class="reply-body">
        ${reply ? html`<${Answered} turn=${turn} />` : turn.waits ? html`<${Waiting} turn=${turn} />` : html`<${Lost} turn=${turn} />`}
        <footer class="turn-foot">
          ${status && html`<span class="status ${status}">${STATUS[status]()}</span>`}
          ${
            id
              ? html`<a class="when" href="#${id}" aria-label=${words.link(moment(at))} title=${moment(at)}>${clock(at)}</a>`
              : html`<time class="when" datetime=${at}>${clock(at)}</time>`
          }
        </footer>
      </div>
    </div>
  </article>`;
}

/** What is worth saying: nothing where it went well, and nothing where a word was waited for that has been given. */
function statusOf({ status, view }: Reply): keyof typeof STATUS | undefined {
  if (status === "done" || (status === "confirm" && !view.blocks.some((b) => b.kind === "buttons"))) return undefined;
  return status;
}

function Answered({ turn }: { turn: Turn }) {
  const { view, status, run } = turn.reply!;
  const tone = status === "failed" ? "bad" : status === "refused" ? "warn" : undefined;
  return html`<${ShowView} view=${view} run=${run} tone=${tone} />`;
}

function Waiting({ turn }: { turn: Turn }) {
  if (turn.waits === "connection") return html`<p class="words tone-soft">${words.waiting()}</p>`;
  return html`<div class="ghost" role="status"><span class="sr">${words.working()}</span><i class="skeleton"></i><i class="skeleton"></i></div>`;
}

/** Nothing came of it, and nothing was changed: it can go out again with the same key. */
function Lost({ turn }: { turn: Turn }) {
  const { model } = useShared();
  const { problem } = turn;
  const text = problem?.detail || (problem?.http === 429 ? words.tooFast() : words.broken());
  return html`
    <p class="head tone-warn"><${Sign} tone="warn" /><span>${text}</span></p>
    <div class="buttons">
      ${turn.unsent && html`<button type="button" class="button primary" onClick=${() => void model.again(turn)}>${words.again()}</button>`}
      <button type="button" class="button plain" onClick=${() => model.discard(turn.key)}>${words.discard()}</button>
    </div>`;
}
