// One message: who, what, and what can be pressed on it.
import { html } from "htm/preact";
import { useState } from "preact/hooks";
import type { Choice, Drawn, Part, Span } from "../screen.ts";

export type Tell = {
  press(message: string, key: string): void;
  choose(message: string, menu: string, values: string[]): void;
  ask(message: string | undefined, menu: string, typed: string): Promise<Choice[]>;
};

export function Message({ message, tell, reply }: { message: Drawn; tell: Tell; reply?: (() => void) | undefined }) {
  const { author, bot, parts, only, edits, thinking, thread } = message;
  return html`
    <li class="message ${bot ? "bot" : "person"} ${only ? "only" : ""} ${thread ? "in-thread" : ""}">
      <span class="face" aria-hidden="true">${author[0]}</span>
      <div class="bubble">
        <p class="who"><b>${author}</b>${bot && html`<span class="tag">app</span>`}${edits > 0 && html`<span class="soft">edited</span>`}${reply && html`<button class="reply" type="button" onClick=${reply}>Reply in thread</button>`}</p>
        ${thinking && html`<p class="thinking">Impresario is thinking…</p>`}
        ${parts.map((part, n) => html`<${ShowPart} key=${n} part=${part} message=${message.id} tell=${tell} />`)}
        ${only && html`<p class="soft">Only you can see this</p>`}
      </div>
    </li>`;
}

const safe = (url: string) => (/^(https?:|\/)/.test(url) ? url : undefined);

export const Words = ({ spans }: { spans: Span[] }) =>
  spans.map(({ text, bold, italic, strike, code, href, call }) => {
    let shown = html`${text}`;
    if (code) shown = html`<code>${text}</code>`;
    if (bold) shown = html`<b>${shown}</b>`;
    if (italic) shown = html`<i>${shown}</i>`;
    if (strike) shown = html`<s>${shown}</s>`;
    if (call) shown = html`<mark>${shown}</mark>`;
    return href && safe(href) ? html`<a href=${href} target="_blank" rel="noreferrer">${shown}</a>` : shown;
  });

export function ShowPart({ part, message, tell }: { part: Part; message: string; tell: Tell }): unknown {
  switch (part.kind) {
    case "text":
      return html`<p class="line ${part.look ?? ""}"><${Words} spans=${part.spans} /></p>`;
    case "pre":
      return html`<pre tabindex="0">${part.text}</pre>`;
    case "fields":
      return html`<div class="fields">${part.fields.map((f) => html`<p><${Words} spans=${f} /></p>`)}</div>`;
    case "table":
      return html`<table>${part.rows.map((row, n) => html`<tr>${row.map((cell) => (n === 0 ? html`<th>${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</table>`;
    case "picture":
      return html`<img src=${safe(part.url)} alt=${part.words} />`;
    case "video":
      return html`<video src=${safe(part.url)} controls aria-label=${part.words}></video>`;
    case "audio":
      return html`<audio src=${safe(part.url)} controls aria-label=${part.words}></audio>`;
    case "file":
      return html`<p class="file"><a href=${safe(part.url)} download>${part.words}</a></p>`;
    case "rule":
      return html`<hr />`;
    case "frame":
      return html`<div class="frame" style=${part.accent ? `--side: ${part.accent}` : ""}>${part.parts.map((p, n) => html`<${ShowPart} key=${n} part=${p} message=${message} tell=${tell} />`)}</div>`;
    case "menu":
      return part.asks
        ? html`<${Asking} part=${part} message=${message} tell=${tell} />`
        : html`<select class="menu" aria-label=${part.label} value="" onChange=${(e: Event) => tell.choose(message, part.id, [(e.target as HTMLSelectElement).value])}>
            <option value="" disabled>${part.label}</option>
            ${part.choices.map((c) => html`<option value=${c.value}>${c.label}</option>`)}
          </select>`;
    case "buttons":
      return html`<div class="keys">${part.rows.map(
        (row) =>
          html`<div class="row">${row.map((key) =>
            key.look === "link"
              ? html`<a class="key link" href=${safe(key.url ?? "")} target="_blank" rel="noreferrer">${key.label} ↗</a>`
              : html`<button type="button" class="key ${key.look}" onClick=${() => tell.press(message, key.id ?? "")}>${key.label}</button>`,
          )}</div>`,
      )}</div>`;
  }
}

function Asking({ part, message, tell }: { part: Extract<Part, { kind: "menu" }>; message: string; tell: Tell }) {
  const [choices, setChoices] = useState<Choice[]>([]);
  const ask = async (e: Event) => setChoices(await tell.ask(message, part.id, (e.target as HTMLInputElement).value));
  return html`<div class="asking">
    <input aria-label=${part.label} placeholder=${part.label} onInput=${ask} />
    ${choices.map((c) => html`<button type="button" class="key plain" onClick=${() => tell.choose(message, part.id, [c.value])}>${c.label}</button>`)}
  </div>`;
}
