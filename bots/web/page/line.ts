// What happens in the command line: its text, what is offered for it, and what keys do.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { CommandInfo } from "./api.ts";
import { useShared } from "./context.ts";
import { useEarlier } from "./earlier.ts";
import { moved } from "./listbox.ts";
import { type Offer, useOffers } from "./offers.ts";
import { missing, readLine } from "./parse.ts";

export type Opened = { command: CommandInfo; values: Record<string, string>; at: number };
export type LineRef = { current: HTMLInputElement | null };

export function useLine(onOpen: (opened: Opened) => void, lineRef: LineRef) {
  const { model } = useShared();
  const { commands, turns } = model.get();
  const [shut, setShut] = useState(true);
  const { text, caret, write, read, look } = useText(lineRef);
  const { offers, open, active, setActive } = useChoice(commands, text, caret, shut);
  const earlier = useEarlier(turns, (said) => {
    setShut(true);
    write(said);
  });
  const form = (command: CommandInfo, values: Record<string, string>) => {
    write("");
    setShut(true);
    onOpen({ command, values, at: performance.now() });
  };
  const take = (offer: Offer | undefined) => {
    if (offer?.command) form(offer.command, {});
    else if (offer)
      write(text.slice(0, offer.from) + offer.insert + text.slice(offer.to), offer.from + offer.insert.length);
  };
  const start = (said: string) => {
    const line = said.startsWith("/") ? readLine(model.get().commands, said) : null;
    if (line && missing(line.command, line.options).length > 0) form(line.command, line.options);
    // The server reads the line as every surface's is read: names in any language, quotes, what was nearly right.
    else void model.words(said);
  };
  const send = () => {
    const said = text.trim();
    if (!said) return;
    earlier.forget();
    setShut(true);
    write("");
    // Faster than the page loads: what the line means is seen when the commands are known.
    if (model.get().phase === "loading") void model.ready().then(() => start(said));
    else start(said);
  };
  /** A command that is written out and needs nothing more runs; one half written is chosen. */
  const enter = () => {
    const written = readLine(commands, text)?.command;
    const whole = written && offers[active]?.command === written && written.inputs.length === 0;
    if (open && active >= 0 && !whole) take(offers[active]);
    else send();
  };
  const deedOf = ({ key, shiftKey }: KeyboardEvent): (() => void) | undefined => {
    const next = open ? moved(key, active, offers.length) : undefined;
    if (next !== undefined) return () => setActive(next);
    if (key === "Enter") return enter;
    if (key === "Escape" && open) return () => setShut(true);
    if (key === "Tab" && !shiftKey && open) return () => take(offers[Math.max(active, 0)]);
    return earlier.on(key, text);
  };
  return {
    ...{ text, offers, open, active, setActive, take, send, look },
    shut: () => setShut(true),
    typed(e: Event) {
      earlier.forget();
      read(e);
      setShut(false);
    },
    key(e: KeyboardEvent) {
      if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
      const deed = deedOf(e);
      if (!deed) return;
      e.preventDefault();
      deed();
    },
  };
}

/** The text and where the caret is in it. */
function useText(lineRef: LineRef) {
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const placed = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (placed.current !== undefined) lineRef.current?.setSelectionRange(placed.current, placed.current);
    placed.current = undefined;
  }, [text]);
  return {
    text,
    caret,
    write(next: string, at = next.length) {
      setText(next);
      setCaret(at);
      // At the end a browser puts it by itself.
      placed.current = at === next.length ? undefined : at;
    },
    read(e: Event) {
      const { value, selectionStart } = e.currentTarget as HTMLInputElement;
      setText(value);
      setCaret(selectionStart ?? value.length);
    },
    look: (e: Event) => setCaret((e.currentTarget as HTMLInputElement).selectionStart ?? 0),
  };
}

/** What is offered, and which of it is the active one. */
function useChoice(commands: readonly CommandInfo[], text: string, caret: number, shut: boolean) {
  const { offers, sure } = useOffers(commands, text, caret, shut);
  // What was chosen among other offers is no choice among these.
  const [choice, choose] = useState({ among: offers, index: -1 });
  const first = sure && offers.length > 0 ? 0 : -1;
  return {
    offers,
    open: !shut && offers.length > 0,
    active: choice.among === offers ? choice.index : first,
    setActive: (index: number) => choose({ among: offers, index }),
  };
}
