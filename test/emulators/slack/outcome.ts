// What Slack makes of an app's acknowledgement: an answer to a command, errors in a form, the next modal.
import type { Taken } from "./deliver.ts";
import { Refusal } from "./refusal.ts";
import { said } from "./respond.ts";
import { isObject } from "./schema.ts";
import { changeModal, openModal, viewOf } from "./views.ts";
import type { Modal, World } from "./world.ts";

export function respondToCommand(world: World, to: { channel: string; user: string }, body: unknown): void {
  if (body === undefined || body === "") return;
  // `{"response_type": "in_channel"}` alone shows everybody what was typed.
  if (isObject(body) && Object.keys(body).join() === "response_type") return;
  try {
    said(world, to, typeof body === "string" ? { text: body } : (body as Record<string, unknown>));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Nobody is told: the person sees nothing at all.
    world.wrong.push(`The answer to a command was refused: ${error.word} ${JSON.stringify(error.more)}`);
  }
}

const TROUBLE = "We had some trouble connecting. Try again?";

/** Errors by the label of what they stand at; none: the modal closed, or another came. */
export function takeSubmission(world: World, modal: Modal, taken: Taken): Record<string, string> {
  const { user } = modal;
  if (!taken.ok) {
    world.notices.push({ user, text: TROUBLE });
    return { "": TROUBLE };
  }
  const body = isObject(taken.body) ? taken.body : {};
  try {
    return outcome(world, modal, body);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    world.wrong.push(`The answer to a form was refused: ${error.word} ${JSON.stringify(error.more)}`);
    world.notices.push({ user, text: TROUBLE });
    return { "": TROUBLE };
  }
}

function outcome(world: World, modal: Modal, body: Record<string, unknown>): Record<string, string> {
  const { user } = modal;
  const what = body.response_action;
  if (what === undefined) {
    if (modal.previous) world.modals.set(user, modal.previous);
    else world.modals.delete(user);
  } else if (what === "clear") world.modals.delete(user);
  else if (what === "update") changeModal(world, modal, viewOf(world, body.view, "modal"));
  else if (what === "push") openModal(world, user, viewOf(world, body.view, "modal"), modal);
  else if (what === "errors") {
    const inputs = (modal.view.blocks as { type: string; block_id: string; label?: { text: string } }[]).filter(
      (b) => b.type === "input",
    );
    const errors = Object.entries((body.errors ?? {}) as Record<string, string>).map(([id, words]) => {
      const input = inputs.find((b) => b.block_id === id);
      if (!input) throw new Refusal("invalid_errors", { block_id: id });
      return [input.label?.text ?? id, words] as const;
    });
    if (errors.length === 0) throw new Refusal("invalid_errors");
    return Object.fromEntries(errors);
  } else throw new Refusal("invalid_response_action");
  return {};
}
