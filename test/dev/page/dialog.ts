// A dialogue of Discord or a modal of Slack: its fields, and what the bot found wrong with them.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Choice, Dialog, Field, Room } from "../screen.ts";
import { ShowPart, type Tell } from "./message.ts";
import { act } from "./wire.ts";

type At = { platform: string; person: string; room: Room };

export function ShowDialog({ dialog, at, ask }: { dialog: Dialog; at: At; ask: Tell["ask"] }) {
  const [values, setValues] = useState<Record<string, string[]>>(() =>
    Object.fromEntries(dialog.fields.map((f) => [f.id, f.value === undefined ? [] : [f.value]])),
  );
  const [errors, setErrors] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("input, textarea, select")?.focus(), []);
  const send = async (event: Event) => {
    event.preventDefault();
    setErrors(await act<Record<string, string>>({ ...at, what: "submit", values }));
  };
  const close = () => void act({ ...at, what: "dismiss" });
  const set = (id: string) => (value: string[]) => setValues((all) => ({ ...all, [id]: value }));
  const tell: Tell = { press() {}, choose() {}, ask };
  return html`
    <div class="veil">
      <form class="dialog" ref=${form} role="dialog" aria-label=${dialog.title} onSubmit=${send}>
        <h3>${dialog.title}</h3>
        ${dialog.parts.map((part, n) => html`<${ShowPart} key=${n} part=${part} message="" tell=${tell} />`)}
        ${dialog.fields.map((f) => html`<${ShowField} key=${f.id} field=${f} value=${values[f.id] ?? []} set=${set(f.id)} error=${errors[f.id]} ask=${(typed: string) => ask(undefined, f.id, typed)} />`)}
        ${errors[""] && html`<p class="error">${errors[""]}</p>`}
        <div class="row">
          <button type="button" class="key plain" onClick=${close}>Cancel</button>
          ${dialog.submit && html`<button type="submit" class="key primary">${dialog.submit}</button>`}
        </div>
      </form>
    </div>`;
}

type FieldProps = {
  field: Field;
  value: string[];
  set: (value: string[]) => void;
  error?: string;
  ask: (typed: string) => Promise<Choice[]>;
};
const TYPES = { line: "text", number: "number", date: "date", time: "time" } as const;

function ShowField({ field, value, set, error, ask }: FieldProps) {
  const [found, setFound] = useState<Choice[]>([]);
  const text = (e: Event) => (e.target as HTMLInputElement).value;
  const one = value[0] ?? "";
  const type = async (e: Event) => setFound(await ask(text(e)));
  const input = () => {
    if (field.kind === "lines")
      return html`<textarea rows="3" value=${one} onInput=${(e: Event) => set([text(e)])}></textarea>`;
    if (field.kind === "one")
      return html`<select value=${one} onChange=${(e: Event) => set([text(e)])}>
        <option value="">Select</option>
        ${field.choices.map((c) => html`<option value=${c.value}>${c.label}</option>`)}
      </select>`;
    if (field.kind === "many")
      return html`<select multiple onChange=${(e: Event) => set([...(e.target as HTMLSelectElement).selectedOptions].map((o) => o.value))}>
        ${field.choices.map((c) => html`<option value=${c.value} selected=${value.includes(c.value)}>${c.label}</option>`)}
      </select>`;
    if (field.kind === "asks")
      return html`<input placeholder=${field.placeholder ?? "Type to search"} onInput=${type} />
        ${found.map((c) => html`<button type="button" class="key plain" aria-pressed=${c.value === one} onClick=${() => set([c.value])}>${c.label}</button>`)}`;
    return html`<input type=${TYPES[field.kind]} step="any" value=${one} placeholder=${field.placeholder ?? ""} onInput=${(e: Event) => set([text(e)])} />`;
  };
  return html`
    <label class="field">
      <span class="label">${field.label}${!field.required && html` <i class="hint">optional</i>`}</span>
      ${input()}
      ${field.hint && html`<small class="hint">${field.hint}</small>`}
      ${error && html`<small class="error">⚠ ${error}</small>`}
    </label>`;
}
