// The command line at the bottom: completes commands and options while a person types, opens forms in place, edits the last.
import { html } from "htm/preact";
import { Icon } from "./icons.ts";
import { type LineRef, type Opened, useLine } from "./line.ts";
import { Listbox } from "./listbox.ts";
import type { Offer } from "./offers.ts";
import { Panel } from "./panel.ts";
import { words } from "./words.ts";

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
        onInput=${line.typed} onKeyDown=${line.key} onKeyUp=${line.look} onClick=${line.look} onBlur=${line.shut} />
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
