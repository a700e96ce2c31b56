// The conversation: days, turns, more of it when scrolled up, and new messages in view.

import { html } from "htm/preact";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useShared } from "./context.ts";
import { Icon } from "./icons.ts";
import type { State, Turn } from "./model.ts";
import { dayOf } from "./text.ts";
import { ShowTurn } from "./turn.ts";
import { Welcome } from "./welcome.ts";
import { words } from "./words.ts";

/** Nearer than this to the end counts as reading the newest. */
const NEAR = 120;

export function Log({ state }: { state: State }) {
  const { model } = useShared();
  const { turns, history, marked } = state;
  const box = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [behind, setBehind] = useState(false);
  const drawn = useRef(new WeakMap<Turn, VNode>());

  const keep = useKeptPlace(box, turns);
  const toEnd = () => {
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
    setBehind(false);
  };
  useEffect(() => {
    if (stuck.current) toEnd();
    else if (!keep.prepended.current) setBehind(true);
  }, [turns]);
  // Pictures and players that arrive later must not push the end out of sight; neither must the command line's form.
  useEffect(() => {
    const watch = new ResizeObserver(() => stuck.current && toEnd());
    const element = box.current;
    if (!element) return;
    watch.observe(element);
    if (element.firstElementChild) watch.observe(element.firstElementChild);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (!top.current) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && void model.older(), {
      root: box.current,
      rootMargin: "300px",
    });
    watch.observe(top.current);
    return () => watch.disconnect();
  }, [history === "more", turns.length]);
  useEffect(() => {
    if (!marked) return;
    stuck.current = false;
    const turn = document.getElementById(`run-${marked}`);
    turn?.scrollIntoView({ block: "center" });
    turn?.focus({ preventScroll: true });
  }, [marked]);

  const scrolled = () => {
    const e = box.current;
    if (!e) return;
    stuck.current = e.scrollHeight - e.scrollTop - e.clientHeight < NEAR;
    if (stuck.current) setBehind(false);
  };
  const show = (turn: Turn, isMarked: boolean) => {
    // A turn that did not change is the same node, so that drawing a long history costs nothing.
    const kept = drawn.current.get(turn);
    if (kept && (kept.props as { marked?: boolean }).marked === isMarked) return kept;
    const node = html`<${ShowTurn} key=${turn.key} turn=${turn} marked=${isMarked} />` as VNode;
    drawn.current.set(turn, node);
    return node;
  };
  let day = "";
  const rows = turns.flatMap((turn) => {
    const its = dayOf(turn.at);
    const heading =
      its === day ? [] : [html`<h2 class="day" key=${`day-${turn.at.slice(0, 10)}-${its}`}><span>${its}</span></h2>`];
    day = its;
    return [...heading, show(turn, marked !== undefined && turn.run === marked)];
  });
  const empty = turns.length === 0 && history === "all";
  return html`<main class="log" ref=${box} onScroll=${scrolled} tabindex="-1">
    <div class="column">
      <div ref=${top}>
        ${history === "first" && html`<${Ghosts} />`}
        ${(history === "reading" || history === "more") && html`<p class="edge" role="status">${words.older()}…</p>`}
        ${history === "away" && html`<p class="edge">${words.historyAway()} <button type="button" class="mention" onClick=${() => void model.refresh()}>${words.again()}</button></p>`}
        ${history === "all" && !empty && html`<p class="edge">${words.beginning()}</p>`}
      </div>
      ${empty && html`<${Welcome} state=${state} />`}
      <div role="log" aria-label=${words.messages()} aria-live=${history === "first" || history === "reading" ? "off" : "polite"} aria-relevant="additions">${rows}</div>
    </div>
    ${
      behind &&
      html`<button type="button" class="behind" onClick=${() => {
        stuck.current = true;
        toEnd();
      }}><${Icon} name="down" />${words.newer()}</button>`
    }
  </main>`;
}

/** What is being read stays where it is when older turns are put above it. */
function useKeptPlace(box: { current: HTMLDivElement | null }, turns: readonly Turn[]) {
  const first = useRef<string>("");
  const height = useRef(0);
  const prepended = useRef(false);
  useLayoutEffect(() => {
    const e = box.current;
    if (!e) return;
    prepended.current =
      first.current !== "" && turns[0]?.key !== first.current && turns.some((t) => t.key === first.current);
    if (prepended.current && e.scrollTop < NEAR * 4) e.scrollTop += e.scrollHeight - height.current;
    first.current = turns[0]?.key ?? "";
    height.current = e.scrollHeight;
  }, [turns]);
  return { prepended };
}

function Ghosts() {
  return html`<div class="ghosts" role="status"><span class="sr">${words.loading()}</span>
    ${[72, 48, 60].map((width) => html`<div class="turn"><i class="skeleton said-ghost"></i><i class="skeleton" style=${{ width: `${width}%` }}></i><i class="skeleton"></i></div>`)}
  </div>`;
}
