// A command's form in place of the command line: what it does, what it needs, run.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CommandInfo } from "./api.ts";
import { checked, type Errors, sendable } from "./check.ts";
import { useShared } from "./context.ts";
import { focusWrong, Inputs, valuesOf } from "./form.ts";
import { Icon } from "./icons.ts";
import { lineOf } from "./parse.ts";
import { words } from "./words.ts";

type Props = { command: CommandInfo; given: Record<string, string>; onClose(): void };

export function Panel({ command, given, onClose }: Props) {
  const { model, focusLine } = useShared();
  const [values, setValues] = useState(() => valuesOf(command.inputs, given));
  const [errors, setErrors] = useState<Errors>({});
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    const inputs = [...(form.current?.querySelectorAll<HTMLInputElement>("[data-option]") ?? [])];
    const empty = inputs.find((i) => i.getAttribute("aria-required") && !i.value);
    (empty ?? inputs[0] ?? form.current?.querySelector<HTMLElement>(".button.primary"))?.focus();
  }, []);

  const change = (name: string, value: string | File) => {
    setValues((v) => ({ ...v, [name]: value }));
    setErrors(({ [name]: _mended, ...rest }) => rest);
  };
  const close = () => {
    onClose();
    focusLine();
  };
  const send = (e: Event) => {
    e.preventDefault();
    const wrong = checked(command.inputs, values);
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return focusWrong(form.current);
    const { options, files } = sendable(values);
    void model.run(command.name, options, { said: lineOf(command.local, options), files });
    close();
  };
  const key = (e: KeyboardEvent) => {
    if (e.isComposing || e.defaultPrevented) return;
    if (e.key === "Escape") {
      e.preventDefault();
      close();
    }
    // In a text of several lines, Enter sends as in the line; with Shift it breaks the line.
    if (e.key === "Enter" && !e.shiftKey && e.target instanceof HTMLTextAreaElement) {
      e.preventDefault();
      form.current?.requestSubmit();
    }
  };
  return html`<form ref=${form} class="composer panel" noValidate aria-label="/${command.local}" onSubmit=${send} onKeyDown=${key}>
    <div class="panel-head">
      <span class="command-chip">/${command.local}</span>
      <span class="panel-says">${command.says}</span>
      <button type="button" class="round quiet" aria-label=${words.close()} onClick=${close}><${Icon} name="close" /></button>
    </div>
    <${Inputs} inputs=${command.inputs} command=${command.name} values=${values} errors=${errors} onChange=${change} />
    <div class="panel-foot">
      <span class="keys" aria-hidden="true"><span><kbd>Enter</kbd> ${words.sends()}</span><span><kbd>Esc</kbd> ${words.closes()}</span></span>
      <button class="button primary">${words.run()}</button>
    </div>
  </form>`;
}
