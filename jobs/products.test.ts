import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { stripe } from "../core/money/sources/stripe/stripe.ts";
import { type StripeEmulator, startStripe } from "../test/emulators/stripe/server.ts";
import { makeWorld, type World } from "../test/emulators/stripe/world.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { stripeSettings } from "../test/stripe.ts";
import { offerJob, withdrawJob } from "./products.ts";

let world: World;
let api: StripeEmulator;
let shop: Workshop;
beforeAll(async () => {
  world = makeWorld();
  api = await startStripe(world);
  shop = await workshop({ handlers: [offerJob, withdrawJob] });
});
beforeEach(() => {
  api.fault = () => undefined;
  shop.house.money = [stripe(stripeSettings(api))];
});
afterAll(async () => {
  await shop.close();
  await api.stop();
});

const ask = (name: string, options: object = {}) => shop.house.ask(name, { ...options });
const item = (reply: { data?: unknown }) => (reply.data as { item: Record<string, unknown> }).item;
const links = () => [...world.things.values()].filter(({ object }) => object === "payment_link");

test("a course gets a link where one can pay, the same each time it is asked", async () => {
  const made = await ask("product add", { name: "Mixing course", price: "197", kind: "course" });
  expect(item(made)).toMatchObject({ slug: "mixing-course", price: { minor: "19700", currency: "USD" }, url: null });
  // The answer of Stripe is lost twice on its way: nothing is made twice.
  let lost = 2;
  api.fault = ({ method }) => (method === "POST" && lost-- > 0 ? "late" : undefined);
  const run = await ask("product link", { product: "mixing-course" });
  const done = await shop.house.ended(run.run);
  expect(done.status).toBe("done");
  const { url } = item(done);
  expect(url).toMatch(/^https:\/\/buy\.stripe\.com\//);
  expect(JSON.stringify(done.view)).toContain(String(url));
  expect(links()).toHaveLength(1);
  expect(links()[0]?.data).toContain(`payment_intent_data[metadata][impresario_product]=${String(item(made).id)}`);
  const again = await ask("product link", { product: "Mixing course" });
  expect(again.status).toBe("done");
  expect(item(again).url).toBe(url);
  const { items } = (await ask("product list")).data as { items: unknown[] };
  expect(items).toHaveLength(1);
});

test("another price is another link, and the one before is closed", async () => {
  const [before] = links();
  const changed = await ask("product change", { product: "mixing-course", price: "297" });
  expect(item(changed)).toMatchObject({ price: { amount: "297.00" }, url: null });
  await shop.until(() => before?.active === false);
  const done = await shop.house.ended((await ask("product link", { product: "mixing-course" })).run);
  expect(links()).toHaveLength(2);
  expect(item(done).url).toBe(links()[1]?.url);
  expect((await ask("product retire", { product: "mixing-course" })).status).toBe("done");
  await shop.until(() => links().every(({ active }) => active === false));
  expect((await ask("product link", { product: "mixing-course" })).problem?.detail).toBe(
    "Mixing course is not sold any more.",
  );
});

test("a plan is paid each month", async () => {
  await ask("product add", { name: "Pro", price: "USD 499", kind: "plan", every: "month" });
  await shop.house.ended((await ask("product link", { product: "pro" })).run);
  const price = [...world.things.values()].findLast(({ object }) => object === "price");
  expect(price?.data).toEqual(
    expect.arrayContaining(["unit_amount=49900", "currency=usd", "recurring[interval]=month"]),
  );
  expect(links().at(-1)?.data).toEqual(
    expect.arrayContaining([expect.stringMatching(/^subscription_data\[metadata\]/)]),
  );
});

test("without a key, or with another workspace's account, the answer says what to do", async () => {
  await ask("product add", { name: "Ticket", price: "20", kind: "ticket" });
  shop.house.money = [];
  const none = await ask("product link", { product: "ticket" });
  expect(none.problem).toMatchObject({ kind: "rule", detail: expect.stringContaining("Set STRIPE_SECRET_KEY") });
  shop.house.money = [stripe(stripeSettings(api, "another-radio"))];
  expect((await ask("product link", { product: "ticket" })).problem?.detail).toContain("another-radio");
  expect((await ask("revenue sync")).problem?.detail).toContain("another-radio");
  expect((await ask("product add", { name: "Ticket", price: "30" })).problem).toMatchObject({ kind: "clash" });
  expect((await ask("product change", { product: "ticket" })).problem?.detail).toBe("Say what is to change.");
});

test("what Stripe refuses is told in its words, and not tried again and again", async () => {
  shop.house.money = [stripe({ ...stripeSettings(api), key: "sk_test_wrong" })];
  const ended = await shop.house.ended((await ask("product link", { product: "ticket" })).run);
  expect(ended.status).not.toBe("done");
  expect(JSON.stringify(ended)).toContain("Invalid API Key");
});
