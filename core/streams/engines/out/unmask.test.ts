import { expect, test } from "vitest";
import { maskOf, unmask } from "./unmask.ts";

const random = () => 0.5;
const text = (words: string) => Buffer.concat([Buffer.from([2, 0, Buffer.byteLength(words)]), Buffer.from(words)]);
/** As a client sends it, in chunks of `size`. */
function message(type: number, body: Buffer, { lane = 3, size = 128 } = {}): Buffer {
  const head = Buffer.alloc(12);
  head[0] = lane;
  head.writeUIntBE(body.length, 4, 3);
  head[7] = type;
  const parts: Buffer[] = [head];
  for (let at = 0; at < body.length; at += size) {
    if (at > 0) parts.push(Buffer.from([0xc0 | lane]));
    parts.push(body.subarray(at, at + size));
  }
  return Buffer.concat(parts);
}
const hello = Buffer.alloc(1 + 2 * 1536, 7);
const bigger = Buffer.from([0, 0, 0x10, 0]);

/** What a client says, up to its first picture, where the name of the stream is `name`. */
const said = (name: string) =>
  Buffer.concat([
    hello,
    message(20, Buffer.concat([text("connect"), text(`rtmp://x/live/${"y".repeat(200)}`)])),
    message(1, bigger, { lane: 2 }),
    message(20, Buffer.concat([text("FCPublish"), text(name)]), { size: 4096 }),
    message(20, Buffer.concat([text("publish"), Buffer.alloc(300, 5), text(name), text("live")]), { size: 4096 }),
    message(9, Buffer.concat([text(name), Buffer.alloc(5_000, 1)]), { lane: 6, size: 4096 }),
  ]);

test.each([1, 2, 7, 131, 1_000, 1_000_000])("the key takes the mask's place, in pieces of %i bytes", (piece) => {
  const key = "abcd-ef😀gh?auth=1&x=%20";
  const mask = maskOf(key, random);
  expect(Buffer.byteLength(mask)).toBe(Buffer.byteLength(key));
  const through = unmask(mask, key);
  const given = said(mask);
  const out: Buffer[] = [];
  for (let at = 0; at < given.length; at += piece) out.push(through(given.subarray(at, at + piece)));
  const whole = Buffer.concat(out);
  expect(whole.length).toBe(given.length);
  // What follows its name is sound and picture, whatever it looks like.
  const film = given.length - message(9, Buffer.concat([text(mask), Buffer.alloc(5_000, 1)]), { size: 4096 }).length;
  expect(whole.subarray(0, film).equals(said(key).subarray(0, film))).toBe(true);
  expect(whole.subarray(film).equals(given.subarray(film))).toBe(true);
});

test("a key of one letter takes no other letter's place", () => {
  const through = unmask(
    maskOf("k", () => 0.999),
    "k",
  );
  const given = Buffer.concat([hello, message(20, Buffer.concat([text("connect"), text("zzz"), text("z")]))]);
  const wanted = Buffer.concat([hello, message(20, Buffer.concat([text("connect"), text("zzz"), text("k")]))]);
  expect(through(given).equals(wanted)).toBe(true);
});
