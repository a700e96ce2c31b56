// A form, in a message or in the command line: values, what is wrong with them, and where to go on.
import { html } from "htm/preact";
import { useRef, useState } from "preact/hooks";
import type { Block, Input } from "../../../core/view/index.ts";
import type { Answer } from "./api.ts";
import { checked, type Errors, sendable, type Values } from "./check.ts";
import { useShared } from "./context.ts";
import { Icon } from "./icons.ts";
import { InputField } from "./inputs.ts";
import { words } from "./words.ts";

export const valuesOf = (inputs: readonly Input[], given: Record<string, string> = {}): Values =>
  Object.fromEntries(inputs.map((i) => [i.name, given[i.name] ?? i.value ?? ""]));

const errorsOf = (inputs: readonly Input[]): Errors =>
  Object.fromEntries(inputs.flatMap((i) => (i.error ? [[i.name, i.error]] : [])));

/** Focuses the first input with an error, after it was drawn. */
export function focusWrong(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
}

type InputsProps = {
  inputs: readonly Input[];
  command: string;
  values: Values;
  errors: Errors;
  onChange(name: string, value: string | File): void;
};

/** So many inputs are shown at first; the other optional ones wait as small buttons. */
const FEW = 4;

function atFirst(inputs: readonly Input[], values: Values): string[] {
  const needed = inputs.filter((i) => i.required || values[i.name] !== "");
  const others = inputs.filter((i) => !needed.includes(i)).slice(0, Math.max(0, FEW - needed.length));
  return inputs.length <= FEW ? inputs.map((i) => i.name) : [...needed, ...others].map((i) => i.name);
}

/** What is needed first; optional inputs as small buttons where they would crowd the form. */
export function Inputs({ inputs, command, values, errors, onChange }: InputsProps) {
  const [shown, setShown] = useState(() => atFirst(inputs, values));
  const box = useRef<HTMLDivElement>(null);
  const isShown = (i: Input) => shown.includes(i.name) || Boolean(errors[i.name]);
  const ordered = [...inputs.filter((i) => i.required), ...inputs.filter((i) => !i.required)];
  const hidden = ordered.filter((i) => !isShown(i));
  const show = (name: string) => {
    setShown([...shown, name]);
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-option="${CSS.escape(name)}"]`)?.focus(),
    );
  };
  return html`<div ref=${box} class="inputs">
    ${ordered.filter(isShown).map(
      (
        input,
      ) => html`<${InputField} key=${input.name} input=${input} command=${command} value=${values[input.name] ?? ""}
        error=${errors[input.name]} onChange=${(value: string | File) => onChange(input.name, value)} />`,
    )}
    ${
      hidden.length > 0 &&
      html`<div class="more" role="group" aria-label=${words.moreOptions()}>${hidden.map(
        (
          i,
        ) => html`<button type="button" key=${i.name} class="chip" title=${i.label} aria-label=${words.addOption(i.name)} onClick=${() => show(i.name)}>
          <${Icon} name="plus" />${i.name}</button>`,
      )}</div>`
    }
  </div>`;
}

type FormBlock = Extract<Block, { kind: "form" }>;

export function Form({ title, submit, command, action, inputs, run }: FormBlock & { run: string }) {
  const { model, focusLine } = useShared();
  const [values, setValues] = useState(() => valuesOf(inputs));
  const [errors, setErrors] = useState(() => errorsOf(inputs));
  const [state, setState] = useState<"open" | "sending" | "sent">("open");
  const form = useRef<HTMLFormElement>(null);

  const change = (name: string, value: string | File) => {
    setValues((v) => ({ ...v, [name]: value }));
    setErrors(({ [name]: _mended, ...rest }) => rest);
  };
  const send = async (e: Event) => {
    e.preventDefault();
    if (state === "sending") return;
    const wrong = checked(inputs, values);
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return focusWrong(form.current);
    setState("sending");
    const { options, files } = sendable(values);
    const answer: Answer = action
      ? await model.press(action, title, { origin: run, input: options, quiet: true })
      : await model.run(command, options, { files, quiet: true });
    const inline = (answer.problem?.errors ?? []).filter((e) => inputs.some((i) => i.name === e.option));
    setErrors(Object.fromEntries(inline.map((e) => [e.option, e.detail])));
    setState(answer.reply && !answer.problem ? "sent" : "open");
    if (inline.length > 0) focusWrong(form.current);
    else if (answer.reply) focusLine();
  };
  if (state === "sent") return html`<p class="words tone-soft form-sent">${words.sent()}</p>`;
  return html`<form ref=${form} class="form" noValidate aria-label=${title} onSubmit=${send}>
    <p class="form-title">${title}</p>
    <${Inputs} inputs=${inputs} command=${command} values=${values} errors=${errors} onChange=${change} />
    <div class="form-foot"><button class="button primary" aria-busy=${state === "sending" ? "true" : undefined}>${submit}</button></div>
  </form>`;
}
