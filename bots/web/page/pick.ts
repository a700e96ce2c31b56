// An input whose values the server knows: it offers what fits while a person types.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Suggestion } from "./api.ts";
import { useShared } from "./context.ts";
import { Listbox, moved } from "./listbox.ts";
import { words } from "./words.ts";

const TYPING_PAUSE = 120;
const ROOM = 260;
const GAP = 4;

type Props = {
  id: string;
  command: string;
  option: string;
  value: string;
  label: string;
  attributes: Record<string, unknown>;
  onChange(value: string): void;
};

export function Pick({ id, command, option, value, label, attributes, onChange }: Props) {
  const { complete } = useShared();
  const box = useRef<HTMLDivElement>(null);
  // What is shown is the label; what is sent, the value.
  const [shown, setShown] = useState(value);
  const [rows, setRows] = useState<readonly Suggestion[]>([]);
  const [open, setOpen] = useState(false);
  const [place, setPlace] = useState<Place>({});
  const [active, setActive] = useState(-1);
  const asked = useRef(0);
  const ask = async (typed: string, pause: number) => {
    const turn = ++asked.current;
    if (pause) await new Promise((r) => setTimeout(r, pause));
    if (turn !== asked.current) return;
    const found = await complete(command, option, typed);
    if (turn !== asked.current) return;
    setRows(found);
    setActive(typed && found.length > 0 ? 0 : -1);
    setPlace(placeBy(box.current));
    setOpen(true);
  };
  const type = (text: string) => {
    setShown(text);
    onChange(text);
    // What was offered for fewer letters must not be chosen for these.
    const left = narrowed(rows, text);
    setRows(left);
    setActive(text && left.length > 0 ? 0 : -1);
    void ask(text, TYPING_PAUSE);
  };
  const close = () => {
    asked.current++;
    setOpen(false);
  };
  useEffect(() => {
    if (!open) return;
    // The list does not follow what scrolls away beneath it; scrolling the list itself is no such thing.
    const away = (e: Event) => !box.current?.contains(e.target as Node) && close();
    addEventListener("scroll", away, true);
    addEventListener("resize", close);
    return () => {
      removeEventListener("scroll", away, true);
      removeEventListener("resize", close);
    };
  }, [open]);
  const pick = (n: number) => {
    const row = rows[n];
    if (!row) return;
    setShown(row.label);
    onChange(row.value);
    close();
  };
  const key = (e: KeyboardEvent) => {
    if (e.isComposing) return;
    if (!open) {
      if (e.key !== "ArrowDown") return;
      e.preventDefault();
      return void ask("", 0);
    }
    const next = moved(e.key, active, rows.length);
    if (next !== undefined) {
      e.preventDefault();
      return setActive(next);
    }
    if (e.key === "Escape") {
      e.preventDefault();
      e.stopPropagation();
      return close();
    }
    if ((e.key === "Enter" || e.key === "Tab") && rows[active]) {
      if (e.key === "Enter") e.preventDefault();
      pick(active);
    }
  };
  const list = `${id}-list`;
  return html`<div class="pick" ref=${box}>
    <input id=${id} type="text" role="combobox" autocomplete="off" autocapitalize="off" spellcheck=${false} value=${shown}
      aria-expanded=${open ? "true" : "false"} aria-controls=${list} aria-autocomplete="list"
      aria-activedescendant=${open && active >= 0 ? `${list}-${active}` : undefined} ...${attributes}
      onInput=${(e: Event) => type((e.currentTarget as HTMLInputElement).value)} onKeyDown=${key}
      onFocus=${() => void ask("", 0)} onBlur=${close} />
    ${
      open &&
      (rows.length > 0
        ? html`<${Listbox} id=${list} label=${label} rows=${rows.map((r) => ({ key: r.value, label: r.label, ...(r.value === r.label ? {} : { note: r.value }) }))}
            active=${active} place=${place} onPick=${pick} onHover=${setActive} />`
        : shown &&
          html`<div class="popup" style=${place}><p class="nothing" role="status">${words.suggested(0)}</p></div>`)
    }
  </div>`;
}

/** Of what was offered, what still fits. */
export const narrowed = (rows: readonly Suggestion[], typed: string): Suggestion[] => {
  const wanted = typed.toLowerCase();
  return rows.filter((r) => r.label.toLowerCase().includes(wanted) || r.value.toLowerCase().includes(wanted));
};

type Place = Record<string, string>;

/** Under the input, or over it where there is more room. Fixed on the screen, so that a form that scrolls does not cut it. */
function placeBy(box: HTMLElement | null): Place {
  if (!box) return {};
  const at = box.getBoundingClientRect();
  const below = innerHeight - at.bottom;
  const up = below < ROOM && at.top > below;
  return {
    position: "fixed",
    left: `${at.left}px`,
    right: "auto",
    width: `${at.width}px`,
    top: up ? "auto" : `${at.bottom + GAP}px`,
    bottom: up ? `${innerHeight - at.top + GAP}px` : "auto",
  };
}
