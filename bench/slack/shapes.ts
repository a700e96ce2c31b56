// What the other Slack tells an app, beside what our emulator tells it for the same acts: a field that it has and ours lacks
// is a field that a bot may rest on and our tests would not know.
import { openSlack } from "../../test/emulators/slack/server.ts";
import type { Json } from "./other.ts";

type Told = { kind: string; payload: Json };

/** Our emulator's own payloads; nobody listens, so each act ends at once. */
export async function ours(): Promise<Told[]> {
  const slack = await openSlack({ pace: { on: false } });
  const told: Told[] = [];
  slack.delivery.ways.retries = [];
  slack.delivery.ways.trouble = ({ kind, payload }) => {
    told.push({ kind, payload });
    return { kind: "lost" };
  };
  const call = (method: string, body: object) =>
    fetch(`${slack.api}${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${slack.tokens.bot}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const plain = (text: string) => ({ type: "plain_text", text });
  const blocks = [{ type: "actions", elements: [{ type: "button", text: plain("Go"), value: "v", style: "primary" }] }];
  await slack.slash("/impresario whoami");
  await call("chat.postMessage", { channel: "C0RADIO", text: "t", blocks });
  await call("chat.update", { channel: "C0RADIO", ts: slack.seen().at(-1)!.ts, text: "u", blocks });
  await slack.press(slack.seen().at(-1)!, "Go");
  await slack.say("Hello", { thread: slack.seen().at(-1)!.ts });
  const element = { type: "plain_text_input", action_id: "a" };
  const view = {
    type: "modal",
    title: plain("T"),
    submit: plain("S"),
    blocks: [{ type: "input", block_id: "b", label: plain("L"), element }],
  };
  await call("views.open", { trigger_id: slack.world.trigger("U0ANNA"), view });
  await slack.submit({ L: "x" });
  await slack.openHome();
  await slack.close();
  return told;
}

/** What kind of thing was told: `block_actions`, `message`… */
const nameOf = ({ kind, payload }: Told): string =>
  String((payload.event as Json | undefined)?.type ?? payload.type ?? kind);

function* paths(value: unknown, at = ""): Generator<string> {
  if (Array.isArray(value)) for (const one of value) yield* paths(one, `${at}[]`);
  else if (typeof value === "object" && value !== null)
    for (const [name, inside] of Object.entries(value)) {
      yield `${at}.${name}`;
      yield* paths(inside, `${at}.${name}`);
    }
}

/** What was made by the app itself and comes back as it was; and fields of the other's own, which Slack has not. */
const OWN =
  /\.(blocks|values)\b|\.view\.(title|submit|close|private_metadata|callback_id)|\.text\.emoji$|\.message\.(channel|ephemeral_to|subtype)$/;

export function lacking(theirs: readonly Told[], own: readonly Told[]): string[] {
  const known = new Map<string, Set<string>>();
  for (const told of own)
    known.set(nameOf(told), new Set([...(known.get(nameOf(told)) ?? []), ...paths(told.payload)]));
  const lacks = theirs.flatMap((told) => {
    const name = nameOf(told);
    const have = known.get(name);
    if (!have) return [`${name}: never told`];
    return [...paths(told.payload)]
      .filter((path) => !OWN.test(path) && !have.has(path))
      .map((path) => `${name}${path}`);
  });
  return [...new Set(lacks)].sort();
}
