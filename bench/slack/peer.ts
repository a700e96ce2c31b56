// Our Slack bot, the whole product, against a Slack that is not ours: what people do there and what they must see.
import { startProduct, TOKEN } from "../server.ts";
import { ALICE, CHANNEL, type Json, type Message, openOther, program, TOKENS, until } from "./other.ts";
import { lacking, ours } from "./shapes.ts";

const file = program();
if (!file) {
  console.error(`SKIPPED: local-slack has no program for ${process.platform}-${process.arch} here (npm ci in bench/).`);
  process.exit(0);
}
const slack = await openOther(file);
const product = await startProduct(undefined, { ...TOKENS, SLACK_API_URL: slack.api });

type Answer = { run?: string; data?: { item?: Json }; view?: { blocks: { buttons?: { action?: string }[] }[] } };
async function owner(method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${product.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await response.json()) as Answer;
}

const wordsOf = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(wordsOf).join(" ")
    : typeof value === "object" && value !== null
      ? Object.entries(value)
          .map(([name, inside]) =>
            name === "text" && typeof inside === "string" ? inside : typeof inside === "object" ? wordsOf(inside) : "",
          )
          .join(" ")
      : "";
const readable = (m: Message) => `${m.text} ${wordsOf(m.blocks)}`;
const seen = new Set<string>();
/** A message that was not there before, or says something else now. */
const answer = (words: RegExp, channel = CHANNEL): Promise<Message> =>
  until(async () => {
    const found = (await slack.messages(channel)).find(
      (m) => !seen.has(m.ts + readable(m)) && m.user !== ALICE && words.test(readable(m)),
    );
    if (found) seen.add(found.ts + readable(found));
    return found;
  }, String(words));
const buttonsOf = (m: Message): Json[] =>
  (m.blocks ?? []).flatMap((b) =>
    [...((b.elements as Json[]) ?? []), ...(b.accessory ? [b.accessory as Json] : [])]
      .filter((e) => e.type === "button")
      .map((e) => ({ ...e, block_id: b.block_id })),
  );

async function redeem(command: "connect" | "link"): Promise<void> {
  const issued = await owner("POST", `commands/${command}`, {});
  await slack.command(`${command} code:${String(issued.data?.item?.code)}`);
  const action = await until(async () => {
    const { view } = await owner("GET", `runs/${issued.run}`);
    return view?.blocks.flatMap((b) => b.buttons ?? [])[0]?.action;
  }, `somebody took the code to ${command}`);
  await owner("POST", `actions/${action}`, {});
}

type Row = { what: string; ok: boolean; milliseconds: number; why?: string };
const rows: Row[] = [];
async function see(what: string, work: () => Promise<unknown>): Promise<void> {
  // Only what comes from now on is an answer.
  for (const m of await slack.messages()) seen.add(m.ts + readable(m));
  const began = performance.now();
  try {
    const note = await work();
    const milliseconds = Math.round(performance.now() - began);
    rows.push({ what, ok: true, milliseconds, ...(typeof note === "string" ? { why: note } : {}) });
  } catch (error) {
    rows.push({ what, ok: false, milliseconds: Math.round(performance.now() - began), why: (error as Error).message });
  }
}
const must = (fact: unknown, words: string) => {
  if (!fact) throw new Error(words);
};

try {
  await see("the team is connected by a code", async () => {
    await redeem("connect");
    await answer(/belongs to/);
  });
  await see("an account is linked by a code", async () => {
    await redeem("link");
    await answer(/Linked/);
  });
  await new Promise((done) => setTimeout(done, 2_100));
  await see("a command is answered to its asker alone", async () => {
    await slack.command("whoami");
    const found = await answer(/owner/i);
    must(found.ephemeral_to === ALICE, "It was not for the asker alone.");
  });
  await see("a command is answered to all, in blocks", async () => {
    await slack.command("setup blueprint:streams");
    const found = await answer(/set up as/);
    must(!found.ephemeral_to && (found.blocks?.length ?? 0) > 0, "It was not for all, or had no blocks.");
    const [button] = buttonsOf(found);
    await slack.press(found, button!);
    await answer(/synthwave|jazz/i);
  });
  await see("the same words after a mention, in a thread", async () => {
    const { message } = (await slack.say("Let us talk")) as { message: Message };
    await slack.say("!stage show", { thread_ts: message.ts });
    const found = await answer(/stage/i);
    must(found.thread_ts === message.ts, "It was not in the thread.");
  });
  await see("a confirmation is asked for and pressed", async () => {
    await slack.command("disconnect");
    const asked = await answer(/disconnect/i);
    const no = buttonsOf(asked).at(-1);
    must(no, "There was no button.");
    await slack.press(asked, no!);
    await until(
      async () =>
        (await slack.messages()).some((m) => m.ts === asked.ts && buttonsOf(m).length === 0) ? true : undefined,
      "its buttons are gone",
    );
  });
  await see("a missing option opens a modal, which is filled in", async () => {
    await slack.command("token create");
    const modal = await until(() => slack.screen.modals.at(-1), "a modal");
    const blocks = modal.blocks as { type: string; block_id: string; element: { type: string; action_id: string } }[];
    const input = blocks.find((b) => b.type === "input" && b.element.type === "plain_text_input")!;
    slack.submit({
      [input.block_id]: { [input.element.action_id]: { type: input.element.type, value: "from a peer" } },
    });
    const shown = await answer(/imp_[A-Za-z0-9]{20}/);
    must(shown.ephemeral_to === ALICE, "A secret was shown to all.");
  });
  await see("the home page is published", async () => {
    await slack.openHome();
    await until(() => Object.values(slack.screen.homes)[0] ?? slack.heard.find((h) => h.t === "home"), "a home page");
  });
  await see("methods that the other knows nothing of leave the bot alive", async () => {
    const asked = new Set((await slack.log()).flatMap((e) => (e.kind === "web_api" ? [String(e.summary)] : [])));
    const unknown: string[] = [];
    for (const method of asked) {
      const response = await fetch(`${slack.api}${method}`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKENS.SLACK_BOT_TOKEN}` },
      });
      const { error } = (await response.json()) as { error?: string };
      if (error === "unknown_method" || error === "method_not_supported") unknown.push(method);
    }
    await slack.command("whoami");
    await answer(/owner/i);
    return unknown.length > 0 ? `it does not know ${unknown.join(", ")}` : undefined;
  });
  await see("all that the other tells an app, our emulator tells too", async () => {
    const told = (await slack.log()).filter((e) => e.direction === "to_bot" && e.detail);
    const theirs = told.map((e) => ({ kind: String(e.kind), payload: e.detail as Json }));
    must(theirs.length > 5, "It told nothing.");
    const lacks = lacking(theirs, await ours());
    must(lacks.length === 0, `Ours lacks ${lacks.join(", ")}.`);
  });
} finally {
  await product.stop();
  await slack.close();
}
for (const row of rows) console.log(JSON.stringify(row));
