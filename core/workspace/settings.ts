// What a workspace is: its name, its language, its day, its money, its colour.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";
import { isCurrency, type Option, option, type Suggestion, Wrong } from "../command/index.ts";

export const workspaceChanged = eventKind<{ fields: string[] }>("workspace.changed");

export type Settings = { name: string; locale: string; zone: string; currency: string; accent: string | null };

export async function readSettings(act: Act): Promise<Settings> {
  const [row] = await rawOf(act.db)<Settings[]>`
    select name, locale, zone, currency, brand->>'accent' as accent from workspace`;
  return row!;
}

type Change = { [K in keyof Settings]?: Settings[K] | undefined };

/** Changes what is given; answers what is different now. */
export async function changeSettings(act: Act, change: Change): Promise<{ now: Settings; changed: string[] }> {
  const before = await readSettings(act);
  const { name = null, locale = null, zone = null, currency = null, accent = null } = change;
  const [now] = await rawOf(act.db)<Settings[]>`
    update workspace set name = coalesce(${name}, name), locale = coalesce(${locale}, locale),
      zone = coalesce(${zone}, zone), currency = coalesce(${currency}, currency),
      brand = case when ${accent}::text is null then brand else brand || jsonb_build_object('accent', ${accent}::text) end
    returning name, locale, zone, currency, brand->>'accent' as accent`;
  const changed = (Object.keys(before) as (keyof Settings)[]).filter((key) => before[key] !== now![key]);
  if (changed.length > 0) {
    const pick = (from: Settings) => Object.fromEntries(changed.map((key) => [key, from[key]]));
    act.changed({ what: "workspace", id: act.workspace.id, from: pick(before), to: pick(now!) });
    await act.emit(workspaceChanged, { fields: changed }, act.workspace.id);
  }
  return { now: now!, changed };
}

// What Intl lists leaves UTC out; the database and Intl both know it.
const zones = (): string[] => ["UTC", ...Intl.supportedValuesOf("timeZone")];

const offer = (all: readonly string[], wanted: string): Suggestion[] => {
  const low = wanted.toLowerCase().replace(/\s+/g, "_");
  return all
    .filter((value) => value.toLowerCase().includes(low))
    .slice(0, 25)
    .map((value) => ({ value, label: value.replaceAll("_", " ") }));
};

export const zone = (says: string): Option<string> =>
  option<string>({
    kind: "text",
    says,
    example: "Europe/Berlin",
    schema: { type: "string", maxLength: 60, examples: ["Europe/Berlin"] },
    parse(raw) {
      const low = typeof raw === "string" ? raw.trim().toLowerCase().replace(/\s+/g, "_") : "";
      const found = zones().find((z) => z.toLowerCase() === low);
      if (!found) throw new Wrong("Write a time zone as Europe/Berlin, Asia/Tokyo or UTC.");
      return found;
    },
    suggest: async (_act, wanted) => offer(zones(), wanted),
  });

export const currency = (says: string): Option<string> =>
  option<string>({
    kind: "text",
    says,
    example: "EUR",
    schema: { type: "string", pattern: "^[A-Za-z]{3}$", examples: ["EUR"] },
    parse(raw) {
      const code = typeof raw === "string" ? raw.trim().toUpperCase() : "";
      if (!isCurrency(code)) throw new Wrong("Write a currency by its three letters, such as EUR.");
      return code;
    },
    suggest: async (_act, wanted) => offer(Intl.supportedValuesOf("currency").filter(isCurrency), wanted),
  });
