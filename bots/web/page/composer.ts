// The command line at the bottom: completes commands and options while a person types, opens forms in place, edits the last.
import { html } from "htm/preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { CommandInfo } from "./api.ts";
import { useShared } from "./context.ts";
import { useEarlier } from "./earlier.ts";
import { Icon } from "./icons.ts";
import { Listbox, moved } from "./listbox.ts";
import { type Offer, useOffers } from "./offers.ts";
import { Panel } from "./panel.ts";
import { missing, readLine } from "./parse.ts";
import { words } from "./words.ts";

export type Opened = { command: CommandInfo; values: Record<string, string>; at: number };
type LineRef = { current: HTMLInputElement | null };
type Props = { opened: Opened | undefined; onOpen(opened: Opened | undefined): void; lineRef: LineRef };

export function Composer({ opened, onOpen, lineRef }: Props) {
  const line = useLine(onOpen, lineRef);
  if (opened) {
    const close = () => onOpen(undefined);
    return html`<${Panel} key=${opened.at} command=${opened.command} given=${opened.values} onClose=${close} />`;
  }
  const { text, offers, open, active, setActive } = line;
  const submit = (e: Event) => {
    e.preventDefault();
    line.send();
  };
  const activeId = open && active >= 0 ? `offers-${active}` : undefined;
  return html`<form class="composer" aria-label=${words.line()} onSubmit=${submit}>
    ${open && html`<${Offers} offers=${offers} active=${active} onPick=${(n: number) => line.take(offers[n])} onHover=${setActive} />`}
    <div class="line">
      <input ref=${lineRef} id="line" type="text" role="combobox" autocomplete="off" autocapitalize="off" spellcheck=${false}
        enterkeyhint="send" placeholder=${words.type()} aria-label=${words.line()} aria-autocomplete="list"
        aria-expanded=${open ? "true" : "false"} aria-controls="offers" aria-activedescendant=${activeId}
        class=${text.startsWith("/") ? "mono" : ""} value=${text}
        onInput=${line.typed} onKeyDown=${line.key} onKeyUp=${line.moved} onClick=${line.moved} onBlur=${line.shut} />
      <button class="send" aria-label=${words.send()} disabled=${text.trim() === ""}><${Icon} name="send" /></button>
    </div>
    <p class="sr" role="status">${open ? words.suggested(offers.length) : ""}</p>
  </form>`;
}

type OffersProps = { offers: readonly Offer[]; active: number; onPick(n: number): void; onHover(n: number): void };

function Offers({ offers, active, onPick, onHover }: OffersProps) {
  const rows = offers.map((o) => ({ key: o.key, label: o.label, note: o.note, mono: true }));
  const keys = html`<span><kbd>↑</kbd> <kbd>↓</kbd> ${words.moves()}</span><span><kbd>Tab</kbd> ${words.choose()}</span
    ><span><kbd>Esc</kbd> ${words.closes()}</span>`;
  return html`<${Listbox} id="offers" label=${offers[0]?.command ? words.commands() : words.suggestions()} up
    active=${active} rows=${rows} onPick=${onPick} onHover=${onHover} foot=${keys} />`;
}

/** The text of the line, and what keys and choices do to it. */
function useLine(onOpen: Props["onOpen"], lineRef: LineRef) {
  const { model } = useShared();
  const { commands, turns } = model.get();
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const [shut, setShut] = useState(true);
  const placed = useRef<number>(undefined);
  const { offers, sure } = useOffers(commands, text, caret, shut);
  const open = !shut && offers.length > 0;
  // What was chosen among other offers is no choice among these.
  const [choice, choose] = useState({ among: offers, index: -1 });
  const active = choice.among === offers ? choice.index : sure && offers.length > 0 ? 0 : -1;
  const setActive = (index: number) => choose({ among: offers, index });

  const write = (next: string, at = next.length) => {
    setText(next);
    setCaret(at);
    // A browser puts it at the end by itself.
    placed.current = at === next.length ? undefined : at;
  };
  useLayoutEffect(() => {
    if (placed.current !== undefined) lineRef.current?.setSelectionRange(placed.current, placed.current);
    placed.current = undefined;
  }, [text]);
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
  const start = (said: string) => {
    const line = said.startsWith("/") ? readLine(model.get().commands, said) : null;
    if (line && missing(line.command, line.options).length > 0) form(line.command, line.options);
    // The server reads the line as every surface's is read: names in any language, quotes, what was nearly right.
    else void model.words(said);
  };
  /** A command that is written out and needs nothing more runs; one half written is chosen. */
  const enter = () => {
    const written = readLine(commands, text)?.command;
    const whole = written && offers[active]?.command === written && written.inputs.length === 0;
    if (open && active >= 0 && !whole) take(offers[active]);
    else send();
  };
  const dismiss = () => {
    setShut(true);
  };
  const key = (e: KeyboardEvent) => {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    const next = open ? moved(e.key, active, offers.length) : undefined;
    const deed =
      next !== undefined
        ? () => setActive(next)
        : e.key === "Enter"
          ? enter
          : e.key === "Escape" && open
            ? dismiss
            : e.key === "Tab" && !e.shiftKey && open
              ? () => take(offers[Math.max(active, 0)])
              : earlier.on(e.key, text);
    if (!deed) return;
    e.preventDefault();
    deed();
  };
  return {
    text,
    offers,
    open,
    active,
    setActive,
    take,
    send,
    key,
    shut: () => setShut(true),
    moved: (e: Event) => setCaret((e.currentTarget as HTMLInputElement).selectionStart ?? 0),
    typed(e: Event) {
      const { value, selectionStart } = e.currentTarget as HTMLInputElement;
      earlier.forget();
      setText(value);
      setCaret(selectionStart ?? value.length);
      setShut(false);
    },
  };
}
