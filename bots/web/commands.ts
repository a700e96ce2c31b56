// Commands over HTTP: run one, press a button, look at a run again.
import { type Content, type Envelope, handle } from "../../core/inbox/index.ts";
import { refuse } from "../../core/problem.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { answerOf, respond } from "./answer.ts";
import { readBody } from "./body.ts";
import { caller, pace, soon } from "./identify.ts";
import { problemOfReply } from "./problem.ts";
import { type App, type Ctx, isId, route, type Web, type Who } from "./web.ts";

export function commands(app: App, web: Web): void {
  route(app, "/api/v1/commands/:name", {
    POST: async (c) => {
      const who = await caller(web, c);
      const name = c.req.param("name") ?? "";
      paceCommand(web, who, name);
      const options = await readBody(c);
      return run(web, c, who, { kind: "command", name: name.slice(0, 100), options });
    },
  });
  route(app, "/api/v1/actions/:token", {
    POST: async (c) => {
      const who = await caller(web, c);
      const { input = {} } = await readBody(c);
      if (input === null || typeof input !== "object" || Array.isArray(input)) throw notAnObject("input");
      const token = (c.req.param("token") ?? "").slice(0, 64);
      return run(web, c, who, { kind: "press", token, input: input as Record<string, unknown> });
    },
  });
  route(app, "/api/v1/runs/:run", { GET: async (c) => c.json(await findOwn(web, c), 200, FRESH) });
  route(app, "/api/v1/runs", { GET: async (c) => c.json(await history(web, c), 200, FRESH) });
}

const FRESH = { "cache-control": "no-store" };

const notAnObject = (option: string) =>
  refuse("options", "{option} must be a JSON object.", { option }, { errors: [{ option, text: "This is needed." }] });

/** Reading is bounded by the caller's own pace; what changes something also by the command. */
function paceCommand(web: Web, who: Who, name: string): void {
  const command = web.house.commands.find(name);
  if (command?.reads) return;
  pace(web, command?.effects.length ? "effect" : "command", `${who.tokenId ?? who.personId} ${command?.name ?? ""}`);
}

export async function run(web: Web, c: Ctx, who: Who, content: Content): Promise<Response> {
  const envelope: Envelope = { ...senderOf(c, who), delivery: deliveryOf(c, who), content };
  const reply = await handle(
    web.house,
    who.database,
    { workspaceId: who.workspaceId, personId: who.personId },
    envelope,
  );
  web.house.meter.ack(envelope.surface, (performance.now() - c.var.arrived) / 1000);
  return respond(c, reply);
}

/** A token is a tenant of its own; at the console each person talks in a place of their own. */
export function senderOf(c: Ctx, who: Who): Pick<Envelope, "surface" | "tenant" | "place" | "account"> {
  const account = { id: who.personId, locale: c.var.locale };
  if (who.via === "token") return { surface: "http", tenant: who.tokenId ?? who.personId, place: "api", account };
  return { surface: "web", tenant: "console", place: who.personId, account };
}

/** The key is the caller's own: at the console, where all share a tenant, the person is a part of it. */
function deliveryOf(c: Ctx, who: Who): string {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return "";
  if (!/^[\x20-\x7e]{1,200}$/.test(key) || key.trim() === "")
    throw refuse(
      "options",
      "Idempotency-Key must be 1 to 200 letters, digits or signs.",
      {},
      {
        errors: [{ option: "Idempotency-Key", text: "Idempotency-Key must be 1 to 200 letters, digits or signs." }],
      },
    );
  return who.via === "token" ? key : `${who.personId} ${key}`;
}

type Row = {
  id: string;
  status: string;
  answer: Record<string, unknown> | null;
  command: string | null;
  content: Record<string, unknown> | null;
  received_at: string;
};

/** The same as when it was run, with the problem it had, if any. Another person's run is not there at all. */
function told(c: Ctx, row: Row) {
  const reply = {
    command: row.command ?? "",
    view: { text: "", blocks: [] },
    ...row.answer,
    run: row.id,
    status: row.status === "received" ? "running" : row.status,
  } as unknown as Parameters<typeof answerOf>[0];
  const wrong = reply.status === "refused" || reply.status === "failed";
  return { ...answerOf(reply), ...(wrong ? { problem: problemOfReply(c.var.locale, reply) } : {}) };
}

export async function findOwn(web: Web, c: Ctx) {
  const who = await caller(web, c);
  const id = c.req.param("run") ?? "";
  const rows = isId(id) ? await soon(readRun(who, id)) : [];
  if (!rows[0]) throw refuse("missing", "There is no such run of yours here.");
  return told(c, rows[0]);
}

const readRun = (who: Who, id: string) =>
  inWorkspace(
    who.database,
    who.workspaceId,
    (tx) => rawOf(tx)<Row[]>`
      select i.id, i.status, i.answer, i.command, null as content, i.received_at from inbox i
      where i.id = ${id} and (i.person_id = ${who.personId}
        or exists (select from person p where p.id = ${who.personId} and p.role = 'owner'))`,
  );

/** What a person did at the console, newest first: the console shows it again after a reload. */
async function history(web: Web, c: Ctx) {
  const who = await caller(web, c);
  const limit = Number(c.req.query("limit") ?? 20);
  const before = c.req.query("before");
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw refuse(
      "options",
      "limit is a whole number from 1 to 100.",
      {},
      {
        errors: [{ option: "limit", text: "limit is a whole number from 1 to 100." }],
      },
    );
  if (before !== undefined && !isId(before))
    throw refuse(
      "options",
      "before is the id of a run.",
      {},
      {
        errors: [{ option: "before", text: "before is the id of a run." }],
      },
    );
  const rows = await soon(
    inWorkspace(
      who.database,
      who.workspaceId,
      (tx) => rawOf(tx)<Row[]>`
        select id, status, answer, command, envelope->'content' as content, received_at from inbox
        where person_id = ${who.personId} and surface = 'web' and id < ${before ?? "ffffffff-ffff-ffff-ffff-ffffffffffff"}
        order by id desc limit ${limit}`,
    ),
  );
  const items = rows.map((row) => ({ ...told(c, row), at: iso(row.received_at), asked: row.content }));
  const last = rows.length === limit ? rows.at(-1)?.id : undefined;
  return { items, ...(last === undefined ? {} : { next: last }) };
}

const iso = (moment: string) => new Date(moment).toISOString();
