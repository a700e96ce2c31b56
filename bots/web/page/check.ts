// What can be said about a form's values before the server is asked. The server says the last word. Pure.
import type { Input } from "../../../core/view/index.ts";
import { words } from "./words.ts";

export type Values = Record<string, string | File>;
export type Errors = Record<string, string>;

export function checked(inputs: readonly Input[], values: Values): Errors {
  const errors: Errors = {};
  for (const input of inputs) {
    const error = wrong(input, values[input.name]);
    if (error) errors[input.name] = error;
  }
  return errors;
}

function wrong({ kind, required, min, max }: Input, value: string | File | undefined): string | undefined {
  if (value === undefined || value === "") return required ? words.needed() : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (kind === "text") return max !== undefined && text.length > max ? words.lettersOver(text.length, max) : undefined;
  if (kind === "whole" && !/^[+-]?\d{1,15}$/.test(text)) return words.whole();
  if (kind !== "whole") return undefined;
  const number = Number(text);
  const [low, high] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY];
  return number < low || number > high ? words.outside(min ?? number, max ?? number) : undefined;
}

/** The bounds of an input in words, to be read before anything is wrong. */
export function boundsOf({ kind, min, max, hint, value }: Input): string {
  if (kind === "text") return max !== undefined && max <= 280 ? words.lettersMost(max) : "";
  const numeric = kind === "whole" || kind === "decimal";
  if (numeric && min !== undefined && max !== undefined && max < 1_000_000) return words.between(min, max);
  if (numeric && max !== undefined && max < 1_000_000) return words.atMost(max);
  if (numeric && min !== undefined && min > 0) return words.atLeast(min);
  const shown = kind === "choice" || kind === "yesNo" || kind === "file" || kind === "moment" || hint === value;
  return hint && hint !== "…" && !shown ? words.forExample(hint) : "";
}

/** What goes to the server: text as typed, files apart. Empty is not sent. */
export function sendable(values: Values): { options: Record<string, string>; files: Record<string, File> } {
  const options: Record<string, string> = {};
  const files: Record<string, File> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value instanceof File) files[name] = value;
    else if (value.trim() !== "") options[name] = value.trim();
  }
  return { options, files };
}
