// The conversation: days, turns, more of it when scrolled up, and new messages in view.
import { html } from "htm/preact";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { useShared } from "./context.ts";
import { Icon } from "./icons.ts";
import type { Model, State, Turn } from "./model.ts";
import { useEnd, useKeptPlace, useMarked, useOlder } from "./scroll.ts";
import { dayOf } from "./text.ts";
import { ShowTurn } from "./turn.ts";
import { Welcome } from "./welcome.ts";
import { words } from "./words.ts";

export function Log({ state }: { state: State }) {
  const { model } = useShared();
  const { turns, history, marked } = state;
  const box = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const end = useEnd(box, turns);
  useKeptPlace(box, turns, end.stuck);
  useOlder(box, top, model, state);
  useMarked(marked, end.stuck);
  const empty = turns.length === 0 && history === "all";
  // What is read from history is no news.
  const live = history === "first" || history === "reading" ? "off" : "polite";
  return html`<div class="room">
    <main class="log" ref=${box} onScroll=${end.scrolled} tabindex="-1">
      <div class="column">
        <div ref=${top}><${Top} history=${empty ? "none" : history} model=${model} /></div>
        ${empty && html`<${Welcome} state=${state} />`}
        <div role="log" aria-label=${words.messages()} aria-live=${live} aria-relevant="additions">
          <${Turns} turns=${turns} marked=${marked} />
        </div>
      </div>
    </main>
    ${end.behind && html`<button type="button" class="behind" onClick=${end.go}><${Icon} name="down" />${words.newer()}</button>`}
  </div>`;
}

/** What stands above the first turn: that more comes, or that there is no more. */
function Top({ history, model }: { history: State["history"] | "none"; model: Model }) {
  if (history === "first") return html`<${Ghosts} />`;
  if (history === "all") return html`<p class="edge">${words.beginning()}</p>`;
  if (history === "none") return null;
  if (history !== "away") return html`<p class="edge" role="status">${words.older()}…</p>`;
  const again = () => void model.refresh();
  return html`<p class="edge">${words.historyAway()} <button type="button" class="mention" onClick=${again}>${words.again()}</button></p>`;
}

function Turns({ turns, marked }: { turns: readonly Turn[]; marked: string | undefined }) {
  const drawn = useRef(new WeakMap<Turn, { node: VNode; marked: boolean }>());
  const show = (turn: Turn) => {
    const isMarked = marked !== undefined && turn.run === marked;
    const kept = drawn.current.get(turn);
    // A turn that did not change is the same node: drawing a long history again costs nothing.
    if (kept?.marked === isMarked) return kept.node;
    const node = html`<${ShowTurn} key=${turn.key} turn=${turn} marked=${isMarked} />`;
    drawn.current.set(turn, { node, marked: isMarked });
    return node;
  };
  let day = "";
  return turns.flatMap((turn) => {
    const its = dayOf(turn.at);
    const changes = its !== day;
    day = its;
    return changes ? [html`<h2 class="day" key=${`day ${its}`}><span>${its}</span></h2>`, show(turn)] : [show(turn)];
  });
}

function Ghosts() {
  const widths = [72, 48, 60];
  return html`<div class="ghosts" role="status"><span class="sr">${words.loading()}</span>
    ${widths.map((width) => html`<div class="turn"><i class="skeleton said-ghost"></i><i class="skeleton" style=${{ width: `${width}%` }}></i><i class="skeleton"></i></div>`)}
  </div>`;
}
