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
  const box = useRef<HTMLDivElement>(null);
  const { shown, rows, open, busy, active, setActive, place, ...on } = usePick(box, {
    command,
    option,
    value,
    onChange,
  });
  const list = `${id}-list`;
  const told = rows.map((r) => ({ key: r.value, label: r.label, ...(r.value === r.label ? {} : { note: r.value }) }));
  const nothing = shown !== "" && !busy && html`<p class="nothing" role="status">${words.suggested(0)}</p>`;
  return html`<div class="pick" ref=${box}>
    <input id=${id} type="text" role="combobox" autocomplete="off" autocapitalize="off" spellcheck=${false} value=${shown}
      aria-expanded=${open && rows.length > 0 ? "true" : "false"} aria-controls=${list} aria-autocomplete="list"
      aria-activedescendant=${open && active >= 0 ? `${list}-${active}` : undefined} ...${attributes}
      onInput=${(e: Event) => on.type((e.currentTarget as HTMLInputElement).value)} onKeyDown=${on.key}
      onFocus=${on.focus} onBlur=${on.close} />
    ${
      open && rows.length > 0
        ? html`<${Listbox} id=${list} label=${label} rows=${told} active=${active} place=${place} onPick=${on.pick} onHover=${setActive} />`
        : open && nothing && html`<div class="popup" style=${place}>${nothing}</div>`
    }
  </div>`;
}

type Picking = Omit<Props, "id" | "label" | "attributes">;

function usePick(box: { current: HTMLElement | null }, props: Picking) {
  // What is shown is the label; what is sent, the value.
  const [shown, setShown] = useState(props.value);
  const list = useSuggested(box, props);
  const { rows, state, active, close, ask } = list;
  const shut = state === "shut";
  const pick = (n: number) => {
    const row = rows[n];
    if (!row) return;
    setShown(row.label);
    props.onChange(row.value);
    close();
  };
  const deed = (key: string): (() => void) | undefined => {
    if (shut) return key === "ArrowDown" ? () => void ask("", 0) : undefined;
    const next = moved(key, active, rows.length);
    if (next !== undefined) return () => list.setActive(next);
    if (key === "Escape") return close;
    return key === "Enter" && rows[active] ? () => pick(active) : undefined;
  };
  return {
    ...{ shown, rows, open: !shut, busy: state === "asking", active, setActive: list.setActive, place: list.place },
    ...{ pick, close },
    focus: () => void ask("", 0),
    type(text: string) {
      setShown(text);
      props.onChange(text);
      // What was offered for fewer letters must not be chosen for these.
      list.offer(narrowed(rows, text), text);
      void ask(text, TYPING_PAUSE);
    },
    key(e: KeyboardEvent) {
      if (e.isComposing) return;
      // Tab goes on to the next input, with what is chosen here.
      if (e.key === "Tab" && !shut) return pick(active);
      const does = deed(e.key);
      if (!does) return;
      e.preventDefault();
      does();
    },
  };
}

/** What the server offers for what is typed, and which of it is the active one. */
function useSuggested(box: { current: HTMLElement | null }, { command, option }: Picking) {
  const { complete } = useShared();
  const [rows, setRows] = useState<readonly Suggestion[]>([]);
  const [state, setState] = useState<"shut" | "asking" | "open">("shut");
  const [place, setPlace] = useState<Place>({});
  const [active, setActive] = useState(-1);
  const asked = useRef(0);
  const offer = (found: readonly Suggestion[], typed: string) => {
    setRows(found);
    setActive(typed && found.length > 0 ? 0 : -1);
    setPlace(placeBy(box.current));
  };
  const ask = async (typed: string, pause: number) => {
    const turn = ++asked.current;
    setState("asking");
    await new Promise((r) => setTimeout(r, pause));
    const found = turn === asked.current ? await complete(command, option, typed) : [];
    if (turn !== asked.current) return;
    offer(found, typed);
    setState("open");
  };
  const close = () => {
    asked.current++;
    setState("shut");
  };
  useKept(box, state !== "shut", () => setPlace(placeBy(box.current)), close);
  return { rows, state, place, active, setActive, offer, ask, close };
}

/** Keeps the list at its input while the page moves, by itself or by hand, and shuts it when the input has left the screen. */
function useKept(box: { current: HTMLElement | null }, open: boolean, follow: () => void, close: () => void): void {
  useEffect(() => {
    if (!open) return;
    const moved = (e: Event) => {
      if (!box.current || (e.target !== document && box.current.contains(e.target as Node))) return;
      const at = box.current.getBoundingClientRect();
      at.bottom < 0 || at.top > innerHeight ? close() : follow();
    };
    addEventListener("scroll", moved, true);
    addEventListener("resize", moved);
    return () => {
      removeEventListener("scroll", moved, true);
      removeEventListener("resize", moved);
    };
  }, [open]);
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
