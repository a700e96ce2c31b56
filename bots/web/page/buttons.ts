// Buttons and menus of a message. A press is sent once; while it travels, its row waits.
import { html } from "htm/preact";
import { useId, useState } from "preact/hooks";
import type { Block, Button } from "../../../core/view/index.ts";
import { useShared } from "./context.ts";
import { words } from "./words.ts";

export function Buttons({ buttons, run }: { buttons: readonly Button[]; run: string }) {
  const { model, focusLine } = useShared();
  const [pressed, setPressed] = useState<string>();
  const press = async ({ action, label }: Button) => {
    if (!action || pressed) return;
    setPressed(action);
    // The pressed button may be gone with its answer: the keyboard goes on from the command line.
    focusLine();
    await model.press(action, label, { origin: run });
    setPressed(undefined);
  };
  return html`<div class="buttons">${buttons
    .filter((b) => b.action)
    .map(
      (
        b,
      ) => html`<button type="button" key=${b.action} class="button ${b.style ?? "plain"}" aria-disabled=${pressed ? "true" : undefined}
        aria-busy=${pressed === b.action ? "true" : undefined} onClick=${() => press(b)}>${b.label}</button>`,
    )}</div>`;
}

type SelectBlock = Extract<Block, { kind: "select" }>;

export function Select({ label, choices, run }: Pick<SelectBlock, "label" | "choices"> & { run: string }) {
  const { model, focusLine } = useShared();
  const [chosen, choose] = useState("");
  const [busy, setBusy] = useState(false);
  const id = useId();
  const go = async (e: Event) => {
    e.preventDefault();
    const choice = choices.find((c) => c.value === chosen);
    if (!choice?.action || busy) return;
    setBusy(true);
    focusLine();
    await model.press(choice.action, choice.label, { origin: run });
    setBusy(false);
  };
  return html`<form class="select" aria-label=${label} onSubmit=${go}>
    <label for=${id}>${label}</label>
    <span class="row">
      <select id=${id} value=${chosen} onChange=${(e: Event) => choose((e.currentTarget as HTMLSelectElement).value)}>
        <option value="" disabled>${words.notChosen()}</option>
        ${choices.map((c) => html`<option value=${c.value}>${c.label}</option>`)}
      </select>
      <button class="button primary" disabled=${!chosen || busy}>${words.go()}</button>
    </span>
  </form>`;
}
