// What can be pressed: buttons, menus, and the button that opens a form.
import type { APIButtonComponent } from "discord-api-types/v10";
import type { Block, Button } from "../../core/view/index.ts";
import { formId } from "./forms.ts";
import { CUSTOM_ID, ROW, SELECT } from "./limits.ts";
import { withOrigin } from "./origin.ts";
import { type Drawing, lines, type Piece, row } from "./pieces.ts";
import { short } from "./plain.ts";

const STYLE = { primary: 1, plain: 2, danger: 4 } as const;

export function buttonRow(buttons: readonly Button[], at: Drawing): Piece[] {
  const shown: APIButtonComponent[] = [];
  for (const { label, style = "plain", action: token } of buttons) {
    const action = token && withOrigin(token, at.how.origin);
    if (!action || action.length > CUSTOM_ID || at.ids.has(action)) {
      at.lost.push(`a button without an action of its own: ${short(label, 40)}`);
      continue;
    }
    at.ids.add(action);
    shown.push({ type: 2, style: STYLE[style], label: short(label, ROW.label), custom_id: action });
  }
  return shown.length === 0 ? [] : [row(shown, lettersOf(shown))];
}

const lettersOf = (buttons: readonly APIButtonComponent[]) =>
  buttons.reduce((sum, button) => sum + ("label" in button ? (button.label?.length ?? 0) : 0), 0);

/** Each choice is a token of its own; the choice says how it is acknowledged, as the first letter of the menu does. */
export function selectRow({ label, choices }: Extract<Block, { kind: "select" }>, at: Drawing): Piece[] {
  const seen = new Set<string>();
  const options = choices.flatMap((c) => {
    const value = c.action && withOrigin(c.action, at.how.origin);
    if (!value || value.length > SELECT.value || seen.has(value)) {
      at.lost.push(`a choice without an action of its own: ${short(c.label, 40)}`);
      return [];
    }
    seen.add(value);
    return [{ label: short(c.label, SELECT.label), value }];
  });
  if (options.length === 0) return [];
  const placeholder = short(label, SELECT.placeholder);
  const letters = options.reduce((sum, o) => sum + o.label.length, placeholder.length);
  return [row([{ type: 3, custom_id: `select:${at.names.next++}`, placeholder, options }], letters)];
}

/** A form is opened by a button. One that is a command's own needs no action: whoever sends it in runs the command. */
export function formRow(
  { title, submit, command, action, inputs }: Extract<Block, { kind: "form" }>,
  at: Drawing,
): Piece[] {
  const errors = inputs
    .filter(({ error }) => error && !at.told.includes(error))
    .map(({ label, error }) => ({ before: "", text: `⚠ ${label}: ${error}` }));
  const custom_id = formId({
    action: action && withOrigin(action, at.how.origin),
    command,
    inputs: inputs.map((i) => i.name),
  });
  if ((action === undefined && command === "") || at.ids.has(custom_id)) {
    at.lost.push(`a form that is there already, or of no command: ${short(title, 40)}`);
    return lines(errors);
  }
  at.ids.add(custom_id);
  const label = short(title === submit || title === "" ? submit : `${submit}: ${title}`, ROW.label);
  return [...lines(errors), row([{ type: 2, style: 1, label, custom_id }], label.length)];
}
