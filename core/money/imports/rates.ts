// Exchange rates out of a file. A rate is a fact of its day and source: another for the same is named, never put over it.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { asJson } from "../../text.ts";
import { type Fault, faultOf, flaw } from "./lines.ts";
import type { RateLine } from "./own.ts";

const CHUNK = 2_000;

/** `look`: only says what would be. */
export async function keepRates(
  act: Act,
  lines: readonly RateLine[],
  { source, look }: { source: string; look: boolean },
): Promise<{ fresh: number; repeated: number; clashes: Fault[] }> {
  const clashes: Fault[] = [];
  let [fresh, repeated] = [0, 0];
  for (let n = 0; n < lines.length; n += CHUNK) {
    const some = lines.slice(n, n + CHUNK);
    const there = await knownRates(act, source, some);
    const add: RateLine[] = [];
    for (const line of some) {
      const known = there.get(keyOf(line));
      if (!known) {
        there.set(keyOf(line), line);
        add.push(line);
      } else if (known.numerator * line.denominator === line.numerator * known.denominator) repeated++;
      else
        clashes.push(
          faultOf(
            line.line,
            flaw("rate", "There is another rate of {base} in {quote} for that day.", {
              base: line.base,
              quote: line.quote,
            }),
          ),
        );
    }
    fresh += add.length;
    if (!look) await write(act, source, add);
  }
  return { fresh, repeated, clashes };
}

const keyOf = ({ base, quote, at }: Pick<RateLine, "base" | "quote" | "at">) => `${base} ${quote} ${at.getTime()}`;

type Ratio = Pick<RateLine, "numerator" | "denominator">;

async function knownRates(act: Act, source: string, lines: readonly RateLine[]): Promise<Map<string, Ratio>> {
  const rows = asJson(lines.map(({ base, quote, at }) => ({ base, quote, at: at.toISOString() })));
  const found = await rawOf(act.db)<
    { base: string; quote: string; at: string; numerator: string; denominator: string }[]
  >`
    select r.base, r.quote, r.as_of as at, r.numerator::text, r.denominator::text
    from jsonb_to_recordset(${rows}::text::jsonb) as a (base text, quote text, at timestamptz)
      join rate r on r.base = a.base and r.quote = a.quote and r.as_of = a.at and r.source = ${source}`;
  return new Map(
    found.map(({ base, quote, at, numerator, denominator }) => [
      keyOf({ base, quote, at: new Date(at) }),
      { numerator: BigInt(numerator), denominator: BigInt(denominator) },
    ]),
  );
}

async function write(act: Act, source: string, lines: readonly RateLine[]): Promise<void> {
  if (lines.length === 0) return;
  const rows = lines.map(({ base, quote, at, numerator, denominator }) => ({
    id: act.newId(),
    base,
    quote,
    at: at.toISOString(),
    numerator: String(numerator),
    denominator: String(denominator),
  }));
  await rawOf(act.db)`
    insert into rate (workspace_id, id, base, quote, numerator, denominator, source, as_of, recorded_at)
    select ${act.workspace.id}, id, base, quote, numerator, denominator, ${source}, at, ${act.now.toISOString()}
    from jsonb_to_recordset(${asJson(rows)}::text::jsonb) as (id uuid, base text, quote text, at timestamptz,
      numerator bigint, denominator bigint)`;
}
