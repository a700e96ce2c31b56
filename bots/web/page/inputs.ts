// One input of a form with its label, bounds and error, by its kind.
import { html } from "htm/preact";
import { useId } from "preact/hooks";
import type { Input } from "../../../core/view/index.ts";
import { boundsOf } from "./check.ts";
import { useShared } from "./context.ts";
import { Pick } from "./pick.ts";
import { words } from "./words.ts";

const LONG = 200;

type Props = {
  input: Input;
  command: string;
  value: string | File;
  error: string | undefined;
  onChange(value: string | File): void;
};

export function InputField({ input, command, value, error, onChange }: Props) {
  const id = useId();
  const bounds = boundsOf(input);
  const told = [bounds && `${id}-bounds`, error && `${id}-error`].filter(Boolean).join(" ");
  const attributes = {
    name: input.name,
    "aria-required": input.required ? "true" : undefined,
    "aria-invalid": error ? "true" : undefined,
    "aria-describedby": told || undefined,
    "data-option": input.name,
  };
  return html`<div class="input ${error ? "wrong" : ""}" data-kind=${input.kind}>
    <label for=${id}>
      <span class="input-name">${input.label}</span>
      ${!input.required && html`<span class="input-optional">${words.optional()}</span>`}
    </label>
    <${Control} id=${id} input=${input} command=${command} value=${value} attributes=${attributes} onChange=${onChange} />
    ${error ? html`<p class="input-error" id="${id}-error">${error}</p>` : bounds && html`<p class="input-bounds" id="${id}-bounds">${bounds}</p>`}
  </div>`;
}

type ControlProps = Omit<Props, "error"> & { id: string; attributes: Record<string, unknown> };
const typedIn = (e: Event) => (e.currentTarget as HTMLInputElement).value;

function Control({ id, input, command, value, attributes, onChange }: ControlProps) {
  const { model } = useShared();
  const text = typeof value === "string" ? value : "";
  const type = (e: Event) => onChange(typedIn(e));
  const choices = input.kind === "yesNo" ? yesNo() : input.choices;
  if (choices) {
    return html`<select id=${id} value=${text} ...${attributes} onChange=${type}>
      ${(!input.required || text === "") && html`<option value="" disabled=${input.required}>${words.notChosen()}</option>`}
      ${choices.map((c) => html`<option value=${c.value} selected=${c.value === text}>${c.label}</option>`)}
    </select>`;
  }
  const known = model.get().commands.find((c) => c.name === command);
  if (known?.suggests.includes(input.name)) {
    return html`<${Pick} id=${id} command=${command} option=${input.name} value=${text} label=${input.label} attributes=${attributes} onChange=${onChange} />`;
  }
  if (input.kind === "file")
    return html`<${FileControl} id=${id} value=${value} attributes=${attributes} onChange=${onChange} />`;
  if (input.kind === "colour") {
    return html`<span class="colour">
      <input type="color" aria-label=${words.colourOf(input.label)} value=${/^#[0-9a-f]{6}$/i.test(text) ? text : "#5b4ce0"} onInput=${type} />
      <input id=${id} type="text" value=${text} placeholder="#5b4ce0" maxlength="7" spellcheck=${false} ...${attributes} onInput=${type} />
    </span>`;
  }
  if (input.kind === "text" && (input.max ?? LONG + 1) > LONG) {
    return html`<textarea id=${id} rows="2" value=${text} ...${attributes} onInput=${type}></textarea>`;
  }
  return html`<input id=${id} value=${text} autocomplete="off" ...${typed(input)} ...${attributes} onInput=${type} />`;
}

const yesNo = () => [
  { value: "yes", label: words.yes() },
  { value: "no", label: words.no() },
];

/** Numbers are text to the browser, so that a mistake stays to be seen and mended. */
function typed({ kind }: Input): Record<string, unknown> {
  if (kind === "whole") return { type: "text", inputmode: "numeric" };
  if (kind === "decimal" || kind === "money") return { type: "text", inputmode: "decimal" };
  return { type: kind === "moment" ? "datetime-local" : "text" };
}

function FileControl({ id, value, attributes, onChange }: FileProps) {
  const choose = (e: Event) => {
    const file = (e.currentTarget as HTMLInputElement).files?.[0];
    onChange(file ?? "");
  };
  return html`<span class="file-input">
    <input id=${id} type="file" ...${attributes} onChange=${choose} />
    ${value instanceof File && html`<span class="soft">${value.name}</span>`}
  </span>`;
}
type FileProps = {
  id: string;
  value: string | File;
  attributes: Record<string, unknown>;
  onChange(value: string | File): void;
};
