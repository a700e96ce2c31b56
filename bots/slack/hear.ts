// What came from Slack, over HTTP or over the socket: kept first, acknowledged then. Bolt acknowledges events before a
// listener sees them; that is why we take what it receives before it does.
import type { Received } from "../../core/inbox/index.ts";
import { within } from "../../core/within.ts";
import { localeOf, say } from "../../core/words/say.ts";
import { notKept } from "../parts/kept.ts";
import type { Door } from "../surface.ts";
import { type Ack, ackOf } from "./ack.ts";
import type { Completer } from "./complete.ts";
import { decode, type From, SURFACE, whoOf } from "./decode.ts";
import { showHome } from "./home.ts";
import { type Json, list, obj, str } from "./json.ts";
import type { Desk } from "./letter.ts";
import { TRIGGER_MS } from "./limits.ts";
import { introduced, type People, type Person } from "./people.ts";

export type Ear = Desk & { people: People };
/** An ear that is at its door. */
export type Hearing = Ear & { complete: Completer };
/** `taken` false: Slack is to send it again. */
export type Answer = { taken: boolean; body?: object };

/** The first response, once what was asked is kept for good. */
export async function respond(ear: Hearing, door: Door, body: Json): Promise<Answer> {
  const started = performance.now();
  const from = whoOf(body);
  const first = ackOf(body, door.house.commands);
  if (first.kind === "groups") ear.people.forgetGroups();
  if (!from || first.kind === "groups") return { taken: true };
  if (first.kind === "offer") return { taken: true, body: await ear.complete(body) };
  if (first.kind === "home") {
    // A page is shown anew whenever it is opened: nothing is lost with it.
    page(ear, door, from);
    return { taken: true };
  }
  const person = await ear.people.look(from.tenant, from.user);
  const ack = person.locale ? ackOf(body, door.house.commands, localeOf(person.locale)) : first;
  const answer = await acknowledged(ear, door, { body, from, person }, ack);
  // What was pressed on a home page changes what the page tells.
  if (ack.kind === "keep" && obj(body.view).type === "home") setTimeout(() => page(ear, door, from), PAGE_MS).unref();
  door.house.meter.ack(SURFACE, (performance.now() - started) / 1000);
  return answer;
}

/** Most commands are done by then. */
const PAGE_MS = 1_000;

function page(ear: Ear, door: Door, from: From): void {
  showHome(ear, door, from).catch((err: unknown) => ear.kit.log.warn({ err }, "a home page could not be shown"));
}

type Said = { body: Json; from: From; person: Person };

async function acknowledged(ear: Ear, door: Door, said: Said, ack: Ack): Promise<Answer> {
  if (ack.kind === "answer") return { taken: true, ...(ack.body ? { body: ack.body } : {}) };
  if (ack.kind === "open" && ((await opened(ear, ack)) || !ack.keep)) return { taken: true };
  return keep(ear, door, said, ack.kind === "keep" ? ack : { kind: "keep", repeats: false });
}

/** The dialogue opens before anything slow. False: Slack did not open it in time. */
async function opened({ api, kit }: Ear, { trigger, view }: Extract<Ack, { kind: "open" }>): Promise<boolean> {
  const there = api.call("views.open", { trigger_id: trigger, view }).then(
    () => true,
    (err: unknown) => {
      kit.log.warn({ err }, "a dialogue could not be opened");
      return false;
    },
  );
  return within(TRIGGER_MS, there, () => false);
}

async function keep(ear: Ear, door: Door, said: Said, ack: Extract<Ack, { kind: "keep" }>): Promise<Answer> {
  const { body, person } = said;
  const locale = localeOf(person.locale);
  const envelope = decode(body, door.house.commands, locale);
  if (!envelope) {
    // A link opens by itself; anything else that was pressed is not ours, or not any more.
    if (body.type === "block_actions" && !str(list(body.actions)[0]?.url))
      notice(ear, body, say(locale, "This button is not known here. Ask for a new one."));
    return { taken: true };
  }
  const hints = { ...envelope.hints, at: ear.kit.sources.now().getTime() };
  const known = introduced({ ...envelope, hints }, person);
  let received: Received = "away";
  try {
    received = await door.receive(known, { repeats: ack.repeats });
    if (typeof received === "object") return { taken: true, ...(ack.body ? { body: ack.body } : {}) };
  } catch (err) {
    ear.kit.log.error({ err, delivery: envelope.delivery }, "a message of Slack's could not be kept");
  }
  if (ack.repeats) return { taken: false };
  return { taken: true, ...sorry(ear, body, notKept(locale, received)) };
}

/** Slack does not send it again: the person is told, where that can be told at once. */
function sorry(ear: Ear, body: Json, text: string): { body?: object } {
  if (typeof body.command === "string") return { body: { response_type: "ephemeral", text } };
  const [block] = list(obj(body.view).blocks).filter((b) => b.type === "input");
  if (body.type === "view_submission" && block)
    return { body: { response_action: "errors", errors: { [str(block.block_id)]: text } } };
  notice(ear, body, text);
  return {};
}

function notice({ api, kit }: Ear, body: Json, text: string): void {
  const url = str(body.response_url);
  if (!url) return;
  api
    .respond(url, { response_type: "ephemeral", replace_original: false, text })
    .catch((err: unknown) => kit.log.debug({ err }, "a person could not be told that nothing happened"));
}
