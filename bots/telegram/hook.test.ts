// The webhook against those who are not Telegram, and against Telegram on a bad day.
import { expect, test } from "vitest";
import { seeded } from "../../test/house.ts";
import { telegramOffice } from "../../test/telegram.ts";

const SECRET = "a-secret-of-32-letters_0123456789";
const office = telegramOffice();

async function open() {
  const { chat } = await office.start({ TELEGRAM_WEBHOOK_SECRET: SECRET, BASE_URL: "https://radio.test" });
  const hook = chat.bots[0]!.bot.hook!(chat.door);
  const post = async (token: string | undefined, body: Buffer, method = "POST") => {
    const headers = new Headers(token === undefined ? {} : { "x-telegram-bot-api-secret-token": token });
    return (await hook({ method, headers, body, query: new URLSearchParams() })).status;
  };
  const zoe = office.person("Zoe");
  await office.bind(zoe.chat);
  office.telegram.say(zoe, zoe.chat, "/whoami");
  const [update] = office.telegram.waiting().slice(-1);
  return { post, zoe, update: update as { update_id: number; message: object } };
}
const kept = async () => Number((await office.sql("select count(*) as n from inbox where surface = 'telegram'"))[0]!.n);

test("of a thousand forged requests none is believed; of a thousand repetitions one has an effect", async () => {
  const { post, zoe, update } = await open();
  const body = Buffer.from(JSON.stringify(update));
  const random = seeded(7);
  for (let n = 0; n < 1_000; n++) {
    const at = Math.floor(random() * SECRET.length);
    const other = String.fromCharCode(((SECRET.charCodeAt(at) - 33 + 1 + Math.floor(random() * 90)) % 94) + 33);
    const forged = [
      undefined,
      "",
      SECRET.slice(at + 1),
      `${SECRET}${n}`,
      SECRET.slice(0, at) + other + SECRET.slice(at + 1),
    ];
    const token = forged[n % forged.length];
    if (token !== SECRET && token?.trim() !== SECRET) expect(await post(token, body)).toBe(401);
  }
  expect(await kept()).toBe(0);
  for (let n = 0; n < 20; n++)
    expect(await Promise.all(Array.from({ length: 50 }, () => post(SECRET, body)))).not.toContain(401);
  await office.answer(zoe.chat, /You are Zoe/);
  expect(await kept()).toBe(1);
  expect(office.of(zoe.chat)).toHaveLength(1);
});

test("whatever comes with the secret, nothing breaks", async () => {
  const { post, update } = await open();
  for (const body of ["", "{", "null", "[]", "7", '{"update_id":"1"}', '{"update_id":1.5}'])
    expect(await post(SECRET, Buffer.from(body))).toBe(400);
  expect(await post(SECRET, Buffer.from([0xff, 0xfe, 0x7b]))).toBe(400);
  expect(await post(SECRET, Buffer.from(JSON.stringify(update)), "GET")).toBe(400);
  const values = [null, 0, -1, "", "x", [], {}, [null], { id: null }, true, 1e21, "\u0000", "\ud800"];
  const random = seeded(9);
  const mutated = (value: unknown): unknown => {
    if (random() < 0.12) return values[Math.floor(random() * values.length)];
    if (Array.isArray(value)) return value.map(mutated);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).flatMap(([k, v]) => (random() < 0.05 ? [] : [[k, mutated(v)]])));
  };
  for (let n = 0; n < 500; n++) {
    const broken = { ...(mutated(update) as object), update_id: 1_000_000 + n };
    expect([200, 400]).toContain(await post(SECRET, Buffer.from(JSON.stringify(broken))));
  }
});
