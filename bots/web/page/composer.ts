// The command line at the bottom: completes commands and options while a person types, opens forms in place, edits the last.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CommandInfo } from "./api.ts";
import { useShared } from "./context.ts";
import { Icon } from "./icons.ts";
import { Listbox, moved } from "./listbox.ts";
import { type Offer, useOffers } from "./offers.ts";
import { Panel } from "./panel.ts";
import { missing, readLine } from "./parse.ts";
import { words } from "./words.ts";

export type Opened = { command: CommandInfo; values: Record<string, string>; at: number };
type Props = {
  opened: Opened | undefined;
  onOpen(opened: Opened | undefined): void;
  lineRef: { current: HTMLInputElement | null };
};

export function Composer({ opened, onOpen, lineRef }: Props) {
  const { model } = useShared();
  const { commands, turns } = model.get();
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(-1);
  const [shut, setShut] = useState(true);
  const [error, setError] = useState("");
  const back = useRef(0);
  const { offers, sure } = useOffers(commands, text, caret, shut);
  const open = !shut && offers.length > 0;
  useEffect(() => setActive(sure && offers.length > 0 ? 0 : -1), [offers, sure]);

  const write = (next: string, at = next.length) => {
    setText(next);
    setCaret(at);
    setError("");
    requestAnimationFrame(() => lineRef.current?.setSelectionRange(at, at));
  };
  const form = (command: CommandInfo, values: Record<string, string>) => {
    write("");
    setShut(true);
    onOpen({ command, values, at: Date.now() });
  };
  const take = (offer: Offer | undefined) => {
    if (!offer) return;
    if (offer.command) return form(offer.command, {});
    const line = text.slice(0, offer.from) + offer.insert + text.slice(offer.to);
    write(line, offer.from + offer.insert.length);
    setShut(false);
  };
  const send = () => {
    const said = text.trim();
    if (!said) return;
    back.current = 0;
    setShut(true);
    const line = readLine(commands, said);
    if (!line && said.startsWith("/")) {
      const name = said.slice(1).split(/\s/, 1)[0]!;
      // The server knows what was meant: it answers with the nearest ones as buttons.
      if (!name) return setError(words.unknownCommand(said));
    }
    if (line?.unknown[0]) return setError(words.unknownOption(line.unknown[0]));
    if (line?.extra) return setError(words.unknownOption(line.extra));
    if (line && missing(line.command, line.options).length > 0) return form(line.command, line.options);
    write("");
    if (line) return void model.run(line.command.name, line.options, { said });
    void model.words(said);
  };
  /** Through what was said before, newest first. */
  const earlier = (step: 1 | -1) => {
    const said = [
      ...new Set(
        turns
          .filter((t) => !t.pressed && t.said)
          .map((t) => t.said)
          .reverse(),
      ),
    ];
    const next = Math.min(Math.max(back.current + step, 0), said.length);
    back.current = next;
    setShut(true);
    write(next === 0 ? "" : said[next - 1]!);
  };
  const key = (e: KeyboardEvent) => {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    const next = open ? moved(e.key, active, offers.length) : undefined;
    const stop = () => e.preventDefault();
    if (next !== undefined) {
      stop();
      return setActive(next);
    }
    if (e.key === "ArrowUp" && (text === "" || back.current > 0)) {
      stop();
      return earlier(1);
    }
    if (e.key === "ArrowDown" && back.current > 0) {
      stop();
      return earlier(-1);
    }
    if (e.key === "Escape" && (open || error)) {
      stop();
      setError("");
      return setShut(true);
    }
    if (e.key === "Tab" && !e.shiftKey && open) {
      stop();
      return take(offers[Math.max(active, 0)]);
    }
    if (e.key !== "Enter") return;
    stop();
    // A command that is written out and needs nothing more runs; one half written is chosen.
    const written = readLine(commands, text);
    const runs = written && offers[active]?.command === written.command && written.command.inputs.length === 0;
    if (open && active >= 0 && !runs) return take(offers[active]);
    send();
  };
  if (opened)
    return html`<${Panel} key=${opened.at} command=${opened.command} given=${opened.values} onClose=${() => onOpen(undefined)} />`;
  const at = (e: Event) => setCaret((e.currentTarget as HTMLInputElement).selectionStart ?? text.length);
  return html`<form class="composer" role="search" aria-label=${words.line()} onSubmit=${(e: Event) => {
    e.preventDefault();
    send();
  }}>
    ${
      open &&
      html`<${Listbox} id="offers" label=${offers[0]?.command ? words.commands() : words.suggestions()} up active=${active}
        rows=${offers.map((o) => ({ key: o.key, label: o.label, note: o.note, mono: true }))} onPick=${(n: number) => take(offers[n])} onHover=${setActive}
        foot=${html`<span><kbd>↑</kbd><kbd>↓</kbd> ${words.moves()}</span><span><kbd>Tab</kbd> ${words.choose()}</span><span><kbd>Esc</kbd> ${words.closes()}</span>`} />`
    }
    ${error && html`<p class="line-error" role="alert" id="line-error">${error}</p>`}
    <div class="line">
      <input ref=${lineRef} id="line" type="text" role="combobox" autocomplete="off" autocapitalize="off" spellcheck=${false} enterkeyhint="send"
        placeholder=${words.type()} aria-label=${words.line()} aria-autocomplete="list" aria-expanded=${open ? "true" : "false"} aria-controls="offers"
        aria-activedescendant=${open && active >= 0 ? `offers-${active}` : undefined} aria-describedby=${error ? "line-error" : undefined}
        class=${text.startsWith("/") ? "mono" : ""} value=${text}
        onInput=${(e: Event) => {
          const input = e.currentTarget as HTMLInputElement;
          back.current = 0;
          setText(input.value);
          setCaret(input.selectionStart ?? input.value.length);
          setError("");
          setShut(false);
        }}
        onKeyDown=${key} onKeyUp=${at} onClick=${at} onBlur=${() => setShut(true)} />
      <button class="send" aria-label=${words.send()} disabled=${text.trim() === ""}><${Icon} name="send" /></button>
    </div>
    <p class="sr" role="status">${open ? words.suggested(offers.length) : ""}</p>
  </form>`;
}
