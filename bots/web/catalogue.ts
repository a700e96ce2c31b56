// What the caller may run, what an option offers while one types, and a typed line.
import { type Act, mayActAs, type Role } from "../../core/act.ts";
import { describeCommand, parseWords, speaker } from "../../core/command/index.ts";
import { readWho } from "../../core/inbox/index.ts";
import { refuse } from "../../core/problem.ts";
import { within } from "../../core/within.ts";
import { type Locale, localeOf } from "../../core/words/say.ts";
import { inWorkspace } from "../../db/connect.ts";
import { looking } from "./asking.ts";
import { readBody } from "./body.ts";
import { run } from "./commands.ts";
import { caller, soon } from "./identify.ts";
import { type App, type Ctx, route, type Web, type Who } from "./web.ts";

export function catalogue(app: App, web: Web): void {
  route(app, "/api/v1/commands", { GET: (c) => list(web, c) });
  const complete = completer(web);
  route(app, "/api/v1/complete", { GET: async (c) => c.json(await complete(c), 200, FRESH) });
  route(app, "/api/v1/words", { POST: (c) => words(web, c) });
}

const FRESH = { "cache-control": "no-store" };

type Known = { role: Role; locale: Locale };

async function know(who: Who, wanted: Locale): Promise<Known> {
  const [row] = await soon(inWorkspace(who.database, who.workspaceId, (tx) => readWho(tx, who.personId)));
  if (!row || row.erased) throw refuse("unknown-caller", "This account is not known here any more.");
  return { role: row.role, locale: localeOf(row.locale ?? wanted) };
}

async function list(web: Web, c: Ctx): Promise<Response> {
  const { role, locale } = await know(await caller(web, c), c.var.locale);
  const told = speaker(locale);
  const items = web.house.commands
    .all()
    .filter((command) => mayActAs(role, command.role))
    .map((command) => ({
      id: command.name.replace(" ", "."),
      ...describeCommand(command, told),
      confirm: command.confirm === "always",
      suggests: Object.entries(command.options).flatMap(([name, spec]) => (spec.suggest ? [name] : [])),
    }));
  return c.json({ items, locale }, 200, FRESH);
}

/** A line as it is typed in a chat. What it would do to the world waits for a person's word only where it always does. */
async function words(web: Web, c: Ctx): Promise<Response> {
  const who = await caller(web, c);
  const { text } = await readBody(c);
  if (typeof text !== "string" || text.trim() === "")
    throw refuse(
      "options",
      "Send the line: {example}",
      { example: '{"text": "/help"}' },
      {
        errors: [{ option: "text", text: "This is needed." }],
      },
    );
  const heard = parseWords(web.house.commands, text, { locale: c.var.locale });
  if (!heard) throw refuse("missing", "There is no command in this. /help shows what there is.");
  return run(web, c, who, { kind: "command", name: heard.name.slice(0, 100), options: heard.options });
}

type Suggestions = { items: { value: string; label: string }[]; late?: boolean };

/** While a person types: an answer that comes later than this is no help. */
const CUT_OFF = 2_500;
const KEEP = 4_000;
const MOST_KEPT = 500;

function completer(web: Web): (c: Ctx) => Promise<Suggestions> {
  const kept = new Map<string, { at: number; found: Promise<Suggestions> }>();
  return async (c) => {
    const who = await caller(web, c);
    const [name = "", option = "", typed = ""] = ["command", "option", "q"].map((key) => c.req.query(key));
    const command = web.house.commands.find(name.slice(0, 100));
    if (!command) throw refuse("missing", "There is no command called {name}.", { name: name.slice(0, 60) });
    const spec = Object.hasOwn(command.options, option) ? command.options[option] : undefined;
    if (!spec) throw refuse("missing", "There is no option called {name}.", { name: option.slice(0, 60) });
    const { role } = await know(who, c.var.locale);
    if (!mayActAs(role, command.role))
      throw refuse("role", "/{command} is not for you here.", { command: command.name });
    const asked = typed.slice(0, 100).replaceAll("\u0000", "").toWellFormed();
    if (!spec.suggest) return { items: [] };
    const key = JSON.stringify([who.workspaceId, who.personId, command.name, option, asked, c.var.locale]);
    const now = web.elapsed();
    const before = kept.get(key);
    if (before && now - before.at < KEEP) return before.found;
    const found = suggest(web, c, who, (act) => spec.suggest!(act, asked));
    kept.delete(key);
    kept.set(key, { at: now, found });
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
    // What failed or came too late is asked again.
    found.then(
      ({ late }) => late && kept.delete(key),
      () => kept.delete(key),
    );
    return found;
  };
}

async function suggest(
  web: Web,
  c: Ctx,
  who: Who,
  look: (act: Act) => Promise<Suggestions["items"]>,
): Promise<Suggestions> {
  const work = looking(web, c, who, CUT_OFF - 100, look);
  const found = work.then(
    (items): Suggestions => ({ items: items.slice(0, 25) }),
    (error: { code?: string; cause?: { code?: string } }) => {
      // 57014: the statement took too long.
      if ((error.code ?? error.cause?.code) === "57014") return { items: [], late: true };
      throw error;
    },
  );
  return within(CUT_OFF, found, () => ({ items: [], late: true }));
}
