// The live page over HTTP: what guests may, what they may not, and that a broken stream goes on where it ended.
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSong, channelId, play, takeLease } from "../../test/streams.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";

const TITLE = '</script><script>alert("$&")</script>';
const PATH = "/live/noir-jazz";
let web: TestWeb;

beforeAll(async () => {
  web = await testWeb();
  await web.house.ask("setup", { blueprint: "streams" });
  const channel = await channelId(web.house, "noir-jazz");
  await addSong(web.house, TITLE, { channel });
  await web.house.ask("channel start", { channel: "noir-jazz" });
  await play(web.house, channel, await takeLease(web.house, channel));
});
afterAll(() => web?.close());

type Stream = { text(): string; id(): string; close(): void };
async function follow(headers: Record<string, string> = {}): Promise<Stream> {
  const stop = new AbortController();
  const answer = await fetch(`${web.url}${PATH}/events`, { headers, signal: stop.signal });
  expect(answer.status).toBe(200);
  let text = "";
  const read = async () => {
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  };
  read().catch(() => undefined);
  await expect.poll(() => text).toContain("event: hello");
  return {
    text: () => text,
    id: () => [...text.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? "",
    close: () => stop.abort(),
  };
}
const say = async (text: string) => {
  web.house.clock.pass(11_000);
  expect((await web.house.ask("chat say", { text, channel: "noir-jazz" })).status).toBe("done");
};

test("the page holds what is heard as words, for whoever comes", async () => {
  const { status, text, headers } = await web.ask("GET", PATH, { token: null });
  expect(status).toBe(200);
  expect(text).not.toContain("<script>alert");
  expect(text).toContain("&lt;script&gt;alert(&quot;$&amp;&quot;)");
  expect(headers.get("content-security-policy")).toContain("script-src 'self'");
  expect((await web.ask("GET", "/live/nothing-here", { token: null })).status).toBe(404);
});

test("a stream that broke goes on where it ended, and one with a strange id begins anew", async () => {
  const first = await follow();
  await say("before the tunnel");
  await expect.poll(first.text).toContain("before the tunnel");
  const last = first.id();
  first.close();
  await say("inside the tunnel");
  const again = await follow({ "last-event-id": last });
  await expect.poll(again.text).toContain("inside the tunnel");
  expect(again.text()).not.toContain("before the tunnel");
  again.close();
  const strange = await follow({ "last-event-id": "1-1; drop" });
  expect(strange.text()).toContain("before the tunnel");
  strange.close();
});

test("a hundred hear of a message; nobody hears another's secrets", async () => {
  const { cookie, csrf } = await web.signIn();
  const all = await Promise.all([follow({ cookie }), ...Array.from({ length: 99 }, () => follow())]);
  await say("hello everybody");
  await expect.poll(() => all.filter((one) => one.text().includes("hello everybody")).length).toBe(100);
  await expect.poll(() => [...all[50]!.text().matchAll(/"viewers":(\d+)/g)].at(-1)?.[1]).toBe("100");
  for (const one of all) expect(one.text()).not.toContain(csrf);
  for (const one of all) one.close();
});

test("guests listen; they neither react nor type, and another site's page does neither for them", async () => {
  const react = (headers: Record<string, string>, reaction: unknown = "🔥") =>
    web.ask("POST", `${PATH}/react`, { token: null, headers, body: { reaction } });
  expect((await react({})).status).toBe(401);
  const { cookie, csrf } = await web.signIn();
  expect((await react({ cookie })).status).toBe(403);
  expect((await react({ cookie, "x-csrf": csrf })).status).toBe(204);
  expect((await react({ cookie, "x-csrf": csrf }, "<b>")).status).toBe(400);
});
