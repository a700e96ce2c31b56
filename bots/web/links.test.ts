import { afterAll, beforeAll, expect, test } from "vitest";
import { item } from "../../test/answers.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";
import { makeWork } from "../../test/works.ts";

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb();
});
afterAll(() => web.close());

const bytes = Buffer.from("0123456789".repeat(10));
const linked = async (asset: string, hours?: number) => {
  const reply = await web.house.ask("library link", { asset, ...(hours ? { hours } : {}) });
  return item<{ url: string; expires_at: string }>(reply).url;
};
const get = (path: string, headers: Record<string, string> = {}) => fetch(web.url + path, { headers });

test("whoever has the link fetches the file, whole or a range, without a token, until its time is over", async () => {
  const { id } = await makeWork(web.house, { title: "Linked", bytes });
  const url = await linked(id, 2);
  const whole = await get(url);
  expect(whole.status).toBe(200);
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
  expect(whole.headers.get("cache-control")).toBe("private, no-store");
  expect(whole.headers.get("content-security-policy")).toContain("sandbox");
  const part = await get(url, { range: "bytes=10-19" });
  expect([part.status, await part.text()]).toEqual([206, "0123456789"]);
  expect((await get(`/api/v1/assets/${id}`)).status).toBe(401);
  web.house.clock.pass(2 * 3_600_000);
  expect((await get(url)).status).toBe(404);
});

test("a link that was changed anywhere, or is none, leads nowhere", async () => {
  const { id } = await makeWork(web.house, { title: "Sealed", bytes });
  const url = await linked(id);
  const token = url.slice(url.lastIndexOf("/") + 1);
  const raw = Buffer.from(token, "base64url");
  for (const at of [0, 17, 33, 36, raw.length - 1]) {
    const bad = Buffer.from(raw);
    bad[at]! ^= 1;
    expect((await get(`/api/v1/links/${bad.toString("base64url")}`)).status).toBe(404);
  }
  for (const bad of [`${token}A`, token.slice(1), "x", "%00", "..%2f..%2fetc", "A".repeat(3000)])
    expect((await get(`/api/v1/links/${bad}`)).status, bad).toBe(404);
  expect((await get(url)).status).toBe(200);
});

test("a link ends when the work is turned down, and there is none to what was", async () => {
  const { id } = await makeWork(web.house, { title: "Turned", bytes });
  const url = await linked(id);
  await web.house.ask("review reject", { asset: id });
  expect((await get(url)).status).toBe(404);
  expect((await web.house.ask("library link", { asset: id })).problem).toMatchObject({ kind: "rule" });
  expect((await web.house.ask("library link", { asset: id, hours: 1e9 })).problem).toMatchObject({ kind: "options" });
});
