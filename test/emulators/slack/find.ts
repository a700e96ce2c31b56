// Finding what a person means on a message, a modal or a home page, and what a form lacks before it can be sent.
import { elementsOf } from "./blocks.ts";
import type { Json } from "./schema.ts";
import type { Modal, Shown, World } from "./world.ts";

export type On = Shown | Modal;
export const isModal = (on: On): on is Modal => "view" in on;
export const blocksOf = (on: On): Json[] => (isModal(on) ? (on.view.blocks as Json[]) : on.blocks);

/** An element by what one reads on it or over it, or by its `action_id`. */
export function find(on: On, name: string, types?: string[]): { block: Json; element: Json } {
  const words = (value: unknown) => (value as { text?: string } | undefined)?.text;
  for (const block of blocksOf(on))
    for (const element of elementsOf(block)) {
      if (types && !types.includes(String(element.type))) continue;
      const names = [
        element.action_id,
        words(element.text),
        words(element.placeholder),
        words(block.label),
        block.block_id,
      ];
      if (names.includes(name)) return { block, element };
    }
  const there = blocksOf(on)
    .flatMap(elementsOf)
    .map((e) => words(e.text) ?? words(e.placeholder) ?? e.action_id);
  throw new Error(`There is no "${name}"; there is: ${there.join(", ") || "nothing"}.`);
}

/** What the client itself asks for before it sends a form. */
export function unfilled(world: World, modal: Modal): string[] {
  const values = world.values.get(modal.id) ?? {};
  return blocksOf(modal).flatMap((block) => {
    if (block.type !== "input") return [];
    const element = block.element as Json;
    const value = values[String(block.block_id)]?.[String(element.action_id)] ?? {};
    const label = (block.label as { text: string }).text;
    const { type: _type, ...inside } = value;
    const [held] = Object.values(inside);
    const empty = held === null || held === undefined || held === "" || (Array.isArray(held) && held.length === 0);
    if (empty) return block.optional === true ? [] : [`"${label}" is missing`];
    const letters = typeof held === "string" && element.type === "plain_text_input" ? [...held].length : undefined;
    if (letters !== undefined && letters > Number(element.max_length ?? 3000)) return [`"${label}" is too long`];
    if (letters !== undefined && letters < Number(element.min_length ?? 0)) return [`"${label}" is too short`];
    if (element.type !== "number_input") return [];
    const n = Number(held);
    const right =
      Number.isFinite(n) &&
      (element.is_decimal_allowed === true || Number.isInteger(n)) &&
      n >= Number(element.min_value ?? Number.NEGATIVE_INFINITY) &&
      n <= Number(element.max_value ?? Number.POSITIVE_INFINITY);
    return right ? [] : [`"${label}" is not a number that it takes`];
  });
}
