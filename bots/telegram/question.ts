// A command that is asked for step by step. What was given so far is written under the question, as a line of code that
// only we can make: a reply or a button carries it back, so that a question survives a restart and costs no row.
import { formatWords } from "../../core/command/index.ts";
import type { Input } from "../../core/view/index.ts";
import { CALLBACK_BYTES } from "./limits.ts";

/** A command, or the token of a form that the server sealed. */
export type Begun = { command: string } | { token: string };
/** `further`: somebody wants to say more than is needed. Their answer leads back to the form, and runs nothing yet. */
export type Question = Begun & { given: Record<string, string>; asked?: string; further?: boolean };

/** Longer lines would leave no room for the question. */
const MOST = 2_000;

export function questionLine(question: Question): string | undefined {
  const head = "command" in question ? question.command : question.token;
  const words = formatWords({ name: head }, question.given).slice(1);
  const asked = question.asked ? ` ${question.asked}${question.further ? "?" : ":"}` : "";
  const line = `${"command" in question ? "/" : "#"}${words}${asked}`;
  return line.length > MOST ? undefined : line;
}

const VALUE = String.raw`(?:"(?:[^"\\]|\\.)*"|[^\s"]\S*)`;
const LINE = new RegExp(
  `^(?:/([a-z0-9_-]+(?: [a-z0-9_-]+)?)|#([urpmb][0-9A-Za-z]{14}))((?: [a-z0-9_-]+:${VALUE})*)(?: ([a-z0-9_-]+)([:?]))?$`,
);
const GIVEN = new RegExp(` ([a-z0-9_-]+):(${VALUE})`, "g");

export function readQuestion(line: string): Question | undefined {
  const found = line.length <= MOST ? LINE.exec(line) : null;
  if (!found) return undefined;
  const [, command, token, words = "", asked, mark] = found;
  const given = Object.fromEntries(
    [...words.matchAll(GIVEN)].map(([, name, value]) => [
      name!,
      value!.startsWith('"') ? value!.slice(1, -1).replace(/\\(.)/g, "$1") : value!,
    ]),
  );
  return {
    ...(command ? { command } : { token: token! }),
    given,
    ...(asked ? { asked } : {}),
    ...(mark === "?" ? { further: true } : {}),
  };
}

/** The first input that keeps the command from running. */
export const nextInput = (inputs: readonly Input[]): Input | undefined =>
  inputs.find((i) => i.error !== undefined) ?? inputs.find((i) => i.required && i.value === undefined);

/** A choice as the data of a button; undefined when it is too long for one. */
export const choiceData = (value: string): string | undefined => fitting(`=${value}`);
/** A button that asks for one option. */
export const askData = (name: string): string | undefined => fitting(ASK_DATA + name);

const fitting = (data: string) => (Buffer.byteLength(data) <= CALLBACK_BYTES ? data : undefined);

export const RUN_DATA = "!";
export const MORE_DATA = "+";
export const SKIP_DATA = ">";
export const ASK_DATA = "?";
/** A reply has no buttons: this one stands for "skip". */
export const SKIP_WORD = "-";
