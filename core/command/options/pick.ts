// Something of the workspace that can be searched: a channel, an asset, a ballot, a person. Areas declare what it is.
import type { Act } from "../../act.ts";
import { near } from "../near.ts";
import { clip, type Option, type OptionKind, option, type ParseContext, type Suggestion, Wrong } from "../option.ts";
import { composed, plain } from "./typed.ts";

/**
 * A thing that options can ask for. `find` takes what somebody typed (an id, a slug or a name) and answers nothing, or
 * throws `Wrong`, when it is not there; `search` offers what fits, best first, and everything for "".
 */
export type Entity<T> = {
  name: string;
  find(act: Act, raw: string): Promise<T | undefined>;
  search(act: Act, typed: string): Promise<Suggestion[]>;
};

const MOST = 200;

function entityOption<T>(kind: OptionKind, entity: Entity<T>, says: string, example: string): Option<T> {
  return option<T>({
    kind,
    says,
    example,
    schema: { type: "string", maxLength: MOST, description: `The id, slug or name of a ${entity.name}.` },
    async parse(raw, at) {
      const act = actOf(at);
      const written = writtenOf(raw);
      const found = await entity.find(act, written);
      if (found !== undefined) return found;
      throw await missing(entity, act, written);
    },
    suggest: async (act, wanted) => (await entity.search(act, plain(wanted.slice(0, MOST)).trim())).slice(0, 25),
  });
}

export const pick = <T>(entity: Entity<T>, says: string): Option<T> =>
  entityOption("pick", entity, says, `my-${entity.name}`);

/** A person: by id, name, @mention or account. */
export const person = <T>(persons: Entity<T>, says: string): Option<T> =>
  entityOption("person", persons, says, "@name");

function actOf({ act }: ParseContext): Act {
  if (!act) throw new Error("An option that looks things up was parsed without a workspace.");
  return act;
}

function writtenOf(raw: unknown): string {
  const written =
    typeof raw === "string" ? raw : typeof raw === "number" && Number.isSafeInteger(raw) ? String(raw) : "";
  const value = written.length > MOST * 4 ? "" : plain(composed(written)).trim();
  if (value === "" || value.length > MOST) throw new Wrong("Write its id or name.");
  return value;
}

async function missing<T>(entity: Entity<T>, act: Act, written: string): Promise<Wrong> {
  const direct = await entity.search(act, written);
  const offered = direct.length > 0 ? direct : near(await entity.search(act, ""), written, (s) => [s.value, s.label]);
  const names = offered.slice(0, 3).map((s) => clip(s.label, 40));
  if (names.length === 0) return new Wrong("Nothing here is called {name}.", { name: clip(written) });
  return new Wrong("Nothing here is called {name}. Did you mean {near}?", {
    name: clip(written),
    near: names.join(", "),
  });
}
