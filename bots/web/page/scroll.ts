// Where the conversation stands: at its end while a person reads the newest, still while they read something older.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Model, State, Turn } from "./model.ts";

type Box = { current: HTMLElement | null };
type Stuck = { current: boolean };

/** Nearer than this to the end counts as reading the newest. */
const NEAR = 120;
/** Above the beginning of a long answer. */
const MARGIN = 12;

/** Stays at the end while a person is there; otherwise tells that there is something new. */
export function useEnd(box: Box, turns: readonly Turn[]) {
  const stuck: Stuck = useRef(true);
  const [behind, setBehind] = useState(false);
  const newest = turns.at(-1);
  // Where we put it ourselves: a scroll to anywhere else was a person's.
  const put = useRef(-1);
  const toEnd = () => {
    const e = box.current;
    const last = [...(e?.querySelectorAll<HTMLElement>("article") ?? [])].at(-1);
    // Before the first turn there is only a welcome, which is read from its beginning; so is a long answer.
    if (!e || !last) return;
    const long = last.offsetHeight > e.clientHeight - MARGIN;
    const start = e.scrollTop + last.getBoundingClientRect().top - e.getBoundingClientRect().top;
    e.scrollTop = long ? start - MARGIN : e.scrollHeight;
    put.current = e.scrollTop;
  };
  useEffect(() => {
    // What a person says themselves is always shown.
    if (newest?.waits) stuck.current = true;
    if (!stuck.current && newest) setBehind(true);
  }, [newest?.key]);
  useEffect(() => {
    if (stuck.current) toEnd();
  }, [turns]);
  // Pictures that arrive later must not push the end out of sight; neither must the command line's form.
  useEffect(() => {
    const watch = new ResizeObserver(() => stuck.current && toEnd());
    if (!box.current) return;
    watch.observe(box.current);
    if (box.current.firstElementChild) watch.observe(box.current.firstElementChild);
    return () => watch.disconnect();
  }, []);
  return {
    stuck,
    behind,
    go() {
      stuck.current = true;
      setBehind(false);
      toEnd();
    },
    scrolled() {
      const e = box.current;
      if (!e || Math.abs(e.scrollTop - put.current) < 2) return;
      put.current = -1;
      stuck.current = e.scrollHeight - e.scrollTop - e.clientHeight < NEAR;
      if (stuck.current) setBehind(false);
    },
  };
}

/** What is being read stays where it is when older turns are put above it. */
export function useKeptPlace(box: Box, turns: readonly Turn[], stuck: Stuck): void {
  const before = useRef({ first: "", height: 0 });
  useLayoutEffect(() => {
    const e = box.current;
    if (!e) return;
    const { first, height } = before.current;
    const prepended = first !== "" && turns[0]?.key !== first && turns.some((t) => t.key === first);
    if (prepended && !stuck.current) e.scrollTop += e.scrollHeight - height;
    before.current = { first: turns[0]?.key ?? "", height: e.scrollHeight };
  }, [turns]);
}

/** Reads older turns when their place comes into sight. */
export function useOlder(box: Box, top: Box, model: Model, { history, turns }: State): void {
  const more = history === "more";
  useEffect(() => {
    if (!more || !top.current) return;
    const seen = ([entry]: IntersectionObserverEntry[]) => entry?.isIntersecting && void model.older();
    const watch = new IntersectionObserver(seen, { root: box.current, rootMargin: "300px" });
    watch.observe(top.current);
    return () => watch.disconnect();
  }, [more, turns[0]?.key]);
}

/** Goes to the turn that a link points to. */
export function useMarked(marked: string | undefined, stuck: Stuck): void {
  useEffect(() => {
    const turn = marked && document.getElementById(`run-${marked}`);
    if (!turn) return;
    stuck.current = false;
    turn.scrollIntoView({ block: "center" });
    turn.focus({ preventScroll: true });
  }, [marked]);
}
