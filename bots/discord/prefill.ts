// What a form shows when it opens: what was given before, and what was wrong with it. It must open within three seconds,
// so what is not found in time is not shown.
import type { APIInteraction } from "discord-api-types/v10";
import { whatWasAsked } from "../../core/inbox/index.ts";
import { within } from "../../core/within.ts";
import { reading } from "../parts/reading.ts";
import type { Door } from "../surface.ts";
import { whoOf } from "./decode.ts";
import { formOf, type Given } from "./forms.ts";
import { PREFILL_MS } from "./limits.ts";

export async function prefill(door: Door, interaction: APIInteraction, most = PREFILL_MS): Promise<Given> {
  const form = interaction.type === 3 ? formOf(interaction.data.custom_id) : undefined;
  if (!form || "command" in form) return {};
  const found = lookUp(door, interaction, form.token).catch((error: unknown): Given => {
    door.house.log.warn({ err: error }, "a form opens without what was given before");
    return {};
  });
  return within(most, found, () => ({}));
}

/** Only what this very person gave, or was asked: others open the form empty. */
async function lookUp(door: Door, interaction: APIInteraction, token: string): Promise<Given> {
  const who = whoOf(interaction);
  if (!who) return {};
  const { tenant, account, whole, place: external } = who;
  const place = { surface: "discord", tenant, external, ...(whole ? { whole } : {}) };
  const asked = await reading(door, { place, account }, PREFILL_MS, (act) =>
    whatWasAsked(act.db, token, act.person.id),
  );
  const kept = Object.entries(asked?.options ?? {}).flatMap(([name, value]) => written(name, value));
  const shown = asked?.view?.blocks.find((b) => b.kind === "form" && b.action === token);
  const inputs = shown?.kind === "form" ? shown.inputs : [];
  const told = inputs.map(({ name, value, error }) => [
    name,
    { ...(value === undefined ? {} : { value }), ...(error === undefined ? {} : { error }) },
  ]);
  return Object.fromEntries([...kept, ...told]) as Given;
}

/** What is more than a line (a file, a sum with its currency) is asked for again. */
const written = (name: string, value: unknown): [string, { value: string }][] =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? [[name, { value: String(value) }]]
    : [];
