// Facts: figures as cards, lists, tables that scroll inside themselves.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import type { Block, Field } from "../../../core/view/index.ts";
import { Rich } from "./text.ts";
import { words } from "./words.ts";

/** Long words are read, not glanced at: only short values are set large. */
const FIGURE = 14;

export function Fields({ fields }: { fields: readonly Field[] }) {
  return html`<dl class="fields">${fields.map(
    (field) => html`<div class="field">
      <dt>${field.label}</dt>
      <dd class=${sizeOf(field.value)}>${field.value}</dd>
      ${field.change && html`<dd class="change ${goodness(field.change.good)}">${arrow(field.change.text)}${field.change.text}</dd>`}
      ${field.target && html`<dd class="target">${words.target(field.target)}</dd>`}
    </div>`,
  )}</dl>`;
}

const isFigure = (value: string) => /^[^\p{L}\n]{0,4}\d[\d\s.,:%/+−-]*\D{0,4}$/u.test(value);
const sizeOf = (value: string) => (value.length <= FIGURE && isFigure(value) ? "value figure" : "value");
const goodness = (good: boolean | null) => (good === null ? "even" : good ? "good" : "bad");
/** Never the colour alone: the direction is drawn, and the words say it. */
function arrow(text: string) {
  const sign = /^\s*([+−-])/.exec(text)?.[1];
  return sign ? html`<span aria-hidden="true">${sign === "+" ? "↑" : "↓"} </span>` : null;
}

type ListBlock = Extract<Block, { kind: "list" }>;

export function List({ items, ordered }: Pick<ListBlock, "items" | "ordered">) {
  const rows = items.map(
    (item) => html`<li>
      <span class="item"><${Rich} text=${item.text} /></span>
      ${item.note && html`<span class="note"><${Rich} text=${item.note} /></span>`}
      ${item.id && item.id !== item.note && !item.text.includes(item.id) && html`<${Id} id=${item.id} />`}
    </li>`,
  );
  return ordered ? html`<ol class="list">${rows}</ol>` : html`<ul class="list">${rows}</ul>`;
}

/** An id is for pasting into a command: a press copies it. Long ones show their end, which is where they differ. */
function Id({ id }: { id: string }) {
  const [copied, set] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(id);
    set(true);
    setTimeout(() => set(false), 1500);
  };
  const short = id.length > 24 ? `…${id.slice(-8)}` : id;
  return html`<button type="button" class="id" title=${id} aria-label=${copied ? words.copied() : words.copy(id)} onClick=${copy}>
    ${copied ? words.copied() : short}
  </button>`;
}

type TableBlock = Extract<Block, { kind: "table" }>;

export function Table({ columns, rows, caption }: Pick<TableBlock, "columns" | "rows" | "caption">) {
  const side = (n: number) => (columns[n]?.align === "right" ? "right" : undefined);
  return html`<div class="table" role="region" tabindex="0" aria-label=${caption ?? columns.map((c) => c.label).join(", ")}>
    <table>
      ${caption && html`<caption>${caption}</caption>`}
      <thead><tr>${columns.map((c, n) => html`<th scope="col" class=${side(n)}>${c.label}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell, n) => html`<td class=${side(n)}>${cell}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}
