// The brand's voice as rules: words and claims that may not appear, links, shouting, personal data. The same look is
// taken at what is asked for, before it costs anything, and at what came of it, before anybody else sees it.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { refuse } from "../problem.ts";

export const VOICE_KINDS = ["word", "claim", "link", "shouting", "personal"] as const;
export type VoiceKind = (typeof VOICE_KINDS)[number];
/** `refuse`: it is not ordered, and not let out. `warn`: a person decides, whatever the rules of approval say. */
export const LEVELS = ["refuse", "warn", "off"] as const;
export type Level = (typeof LEVELS)[number];
export type VoiceRule = { kind: VoiceKind; value: string; level: Level; own: boolean };
export type Finding = { kind: VoiceKind; level: "refuse" | "warn"; what: string };

const LISTED: readonly VoiceKind[] = ["word", "claim"];
const MOST = 1000;
const CLAIMS = resolve(import.meta.dirname, "../../prompts/lists/claims.txt");

/** One claim a line. A workspace turns one off, or makes it stricter, by a rule of its own. */
const defaultClaims = (): string[] =>
  readFileSync(CLAIMS, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

const defaults = (): VoiceRule[] => [
  { kind: "personal", value: "", level: "refuse", own: false },
  { kind: "link", value: "", level: "warn", own: false },
  { kind: "shouting", value: "", level: "warn", own: false },
  ...defaultClaims().map((value): VoiceRule => ({ kind: "claim", value, level: "warn", own: false })),
];

/** The workspace's own, then those that everybody starts with. */
export async function readVoice(act: Pick<Act, "db">): Promise<VoiceRule[]> {
  const own = await rawOf(act.db)<Omit<VoiceRule, "own">[]>`
    select kind, value, level from voice_rule order by kind, value`;
  const said = new Set(own.map((r) => `${r.kind} ${r.value}`));
  const rest = defaults().filter((r) => !said.has(`${r.kind} ${r.value}`));
  return [...own.map((r) => ({ ...r, own: true })), ...rest];
}

export async function setVoice(act: Act, kind: VoiceKind, typed: string | undefined, level: Level): Promise<void> {
  const value = plain(typed ?? "").trim();
  const listed = LISTED.includes(kind);
  if (listed && value === "") throw refuse("options", "Say which: value:guaranteed.");
  if (!listed && value !== "") throw refuse("options", "{kind} has no value of its own.", { kind });
  const sql = rawOf(act.db);
  const known = defaults().some((r) => r.kind === kind && r.value === value);
  if (level === "off" && !known) {
    const gone = await sql`delete from voice_rule where kind = ${kind} and value = ${value} returning 1`;
    if (gone.length === 0) throw refuse("missing", "There is no such rule. /brand list shows those there are.");
  } else {
    const rows = await sql`
      insert into voice_rule (workspace_id, id, kind, value, level, set_by, set_at)
      select ${act.workspace.id}, ${act.newId()}, ${kind}, ${value}, ${level}, ${act.person.id}, ${act.now.toISOString()}
      where (select count(*) from voice_rule) < ${MOST}
      on conflict (workspace_id, kind, value) do update
      set level = excluded.level, set_by = excluded.set_by, set_at = excluded.set_at returning 1`;
    if (rows.length === 0) throw refuse("rule", "There are {most} rules already. Remove one first.", { most: MOST });
  }
  act.changed({ what: "voice rule", id: `${kind} ${value}`.trim(), to: level });
}

/** Letters as they are read: no invisible ones between, wide and narrow alike, one space. */
const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    // A stroke laid over a Latin letter; elsewhere marks are letters of their own.
    .replace(/(?<=\p{Script=Latin})\p{M}+/gu, "")
    .toLowerCase()
    .replace(/\s+/g, " ");

const LETTER = /[\p{L}\p{N}]/u;
/** Written without spaces between words: a word is found anywhere. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

function has(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (UNSPACED.test(word)) return true;
    const [before, after] = [text.charAt(at - 1), text.charAt(at + word.length)];
    if (!LETTER.test(before) && !LETTER.test(after)) return true;
  }
  return false;
}

const LINK = /(?:https?:\/\/|www\.)[^\s]{1,60}|\b[a-z0-9-]{2,63}\.(?:com|net|org|io|co|tv|fm|me|app|dev|info|shop)\b/;
const MAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/;
const NUMBER = /(?<!\d)(?:\+|0)\d[\d ()/.-]{6,18}\d(?!\d)/g;
const CARD = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g;
const SHOUT_LETTERS = 12;
const SHOUT_PART = 0.7;

function luhn(digits: string): boolean {
  let sum = 0;
  for (let n = 0; n < digits.length; n++) {
    const digit = Number(digits[digits.length - 1 - n]);
    sum += n % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

const digitsOf = (text: string) => text.replace(/\D/g, "");

/** What kind of data it is; the data itself is repeated nowhere. */
function personal(text: string): string | undefined {
  if (MAIL.test(text)) return "e-mail";
  if ([...text.matchAll(CARD)].some(([found]) => luhn(digitsOf(found)))) return "card";
  const phones = [...text.matchAll(NUMBER)].map(([found]) => digitsOf(found).length);
  return phones.some((n) => n >= 9 && n <= 15) ? "phone" : undefined;
}

function shouts(text: string): boolean {
  const upper = text.match(/\p{Lu}/gu)?.length ?? 0;
  const lower = text.match(/\p{Ll}/gu)?.length ?? 0;
  return (upper + lower >= SHOUT_LETTERS && upper / (upper + lower) > SHOUT_PART) || text.includes("!!!");
}

function found({ kind, value }: VoiceRule, raw: string, text: string): string | undefined {
  if (kind === "word" || kind === "claim") return has(text, value) ? value : undefined;
  if (kind === "link") return LINK.exec(text)?.[0];
  if (kind === "shouting") return shouts(raw) ? "shouting" : undefined;
  return personal(text);
}

/** Every rule that the words break, once. */
export function check(rules: readonly VoiceRule[], texts: readonly string[]): Finding[] {
  const read = texts.filter((t) => t !== "").map((raw) => ({ raw, text: plain(raw) }));
  return rules.flatMap((rule): Finding[] => {
    if (rule.level === "off") return [];
    for (const { raw, text } of read) {
      const what = found(rule, raw, text);
      if (what !== undefined) return [{ kind: rule.kind, level: rule.level, what }];
    }
    return [];
  });
}

export function findingWords(act: Pick<Act, "say">, { kind, what }: Pick<Finding, "kind" | "what">): string {
  if (kind === "word") return act.say("“{what}” may not appear", { what });
  if (kind === "claim") return act.say("“{what}” is a claim that is not made", { what });
  if (kind === "link") return act.say("there is a link in it: {what}", { what });
  if (kind === "shouting") return act.say("it shouts");
  if (what === "e-mail") return act.say("there is an e-mail address in it");
  if (what === "card") return act.say("there is a card number in it");
  return act.say("there is a telephone number in it");
}

const reasons = (act: Act, findings: readonly Finding[]): string =>
  findings
    .filter((f) => f.level === "refuse")
    .map((f) => findingWords(act, f))
    .join("; ");

/** Before anything is spent: refused with every reason at once. */
export async function mayAsk(act: Act, texts: readonly string[]): Promise<void> {
  const why = reasons(act, check(await readVoice(act), texts));
  if (why !== "")
    throw refuse("rule", "This is not ordered, and nothing was spent: {why}. /brand list shows the rules.", { why });
}

/** Before anybody else sees it. The rules as they are now: one that was changed counts at once. */
export async function mayLetOut(act: Act, title: string, texts: readonly string[]): Promise<void> {
  const why = reasons(act, check(await readVoice(act), [title, ...texts]));
  if (why !== "")
    throw refuse("rule", "{title} cannot be let out: {why}. Make it again with /review redo, or see /brand list.", {
      title,
      why,
    });
}
