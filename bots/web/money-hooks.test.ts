import { afterAll, beforeAll, expect, test } from "vitest";
import { stripe } from "../../core/money/sources/stripe/stripe.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { signed, stripeSettings } from "../../test/stripe.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb({
    change: ({ house }) => {
      house.money = [stripe(stripeSettings({ url: "http://127.0.0.1:9" }))];
    },
  });
});
afterAll(() => web.close());

const event = (id: string) => ({
  id,
  object: "event",
  type: "charge.succeeded",
  created: 1_795_000_000,
  livemode: false,
  data: { object: { id: "ch_1", object: "charge", amount: 5 } },
});
const post = ({ headers, body }: ReturnType<typeof signed>) =>
  web.ask("POST", "/hooks/stripe", {
    token: null,
    body: body.toString(),
    headers: { "stripe-signature": headers.get("stripe-signature") ?? "", "content-type": "application/json" },
  });
const kept = () =>
  inWorkspace(web.house.database, web.house.owner.workspaceId, (tx) =>
    rawOf(tx)<Record<string, unknown>[]>`select external, status, object from source_hint order by external`.execute(),
  );

test("a signed event is kept before it is answered, once, and looked at later", async () => {
  expect(await post(signed(event("evt_1")))).toMatchObject({ status: 200, body: { received: true, fresh: true } });
  expect(await post(signed(event("evt_1")))).toMatchObject({ status: 200, body: { fresh: false } });
  expect([...(await kept())]).toEqual([{ external: "evt_1", status: "waiting", object: "ch_1" }]);
  expect(web.house.sent.map(({ name }) => name)).toEqual(["money hints"]);
});

test("a forged, an old, and a changed one are refused with their reason, and nothing is kept of them", async () => {
  const hour = Math.floor(Date.now() / 1000) - 3_600;
  const lies = [
    signed(event("evt_2"), { secret: "whsec_of_somebody_else" }),
    signed(event("evt_2"), { timestamp: hour }),
    signed(event("evt_2"), { body: JSON.stringify(event("evt_3")) }),
    { ...signed(event("evt_2")), headers: new Headers() },
  ];
  for (const lie of lies) {
    const { status, headers, body } = await post(lie);
    expect(status).toBe(400);
    expect(headers.get("content-type")).toContain("application/problem+json");
    expect(body.detail).toMatch(/signature|Stripe-Signature/);
  }
  expect([...(await kept())]).toHaveLength(1);
});

test("a test clock that was moved changes nothing about what is fresh", async () => {
  web.house.clock.pass(86_400_000);
  expect(await post(signed(event("evt_4")))).toMatchObject({ status: 200 });
});

test("only POST is for this address", async () => {
  expect((await web.ask("GET", "/hooks/stripe", { token: null })).status).toBe(405);
});
