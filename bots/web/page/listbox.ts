// The combobox pattern: an input that keeps the focus, and a list of which one row is the active one.
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

export type Row = { key: string; label: string; note?: string; mono?: boolean };

/** The active row after a key, or undefined when the key is not for the list. `-1` is none. */
export function moved(key: string, active: number, count: number): number | undefined {
  if (count === 0) return undefined;
  if (key === "ArrowDown") return active + 1 >= count ? 0 : active + 1;
  if (key === "ArrowUp") return active <= 0 ? count - 1 : active - 1;
  if (key === "PageDown") return Math.min(count - 1, active + 6);
  if (key === "PageUp") return Math.max(0, active - 6);
  return undefined;
}

type Props = {
  id: string;
  label: string;
  rows: readonly Row[];
  active: number;
  up?: boolean;
  /** Where it stands on the screen, when it must not be cut off by what it is in. */
  place?: Record<string, string>;
  foot?: unknown;
  onPick(index: number): void;
  onHover?(index: number): void;
};

export function Listbox({ id, label, rows, active, up, place, foot, onPick, onHover }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active, rows]);
  return html`<div class="popup ${up ? "up" : ""}" style=${place}>
    <ul ref=${list} id=${id} role="listbox" aria-label=${label}>
      ${rows.map(
        (
          row,
          n,
        ) => html`<li key=${row.key} id="${id}-${n}" role="option" aria-selected=${n === active ? "true" : "false"}
          onMouseDown=${(e: Event) => e.preventDefault()} onMouseMove=${() => n !== active && onHover?.(n)} onClick=${() => onPick(n)}>
          <span class=${row.mono ? "option-name mono" : "option-name"}>${row.label}</span>
          ${row.note && html`<span class="option-note">${row.note}</span>`}
        </li>`,
      )}
    </ul>
    ${foot && html`<div class="popup-foot" aria-hidden="true">${foot}</div>`}
  </div>`;
}
