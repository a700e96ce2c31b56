import { afterEach, expect, test } from "vitest";
import { callbackToken, heardBack, openCallback } from "../core/studio/index.ts";
import { type Workshop, workshop } from "../test/jobs.ts";
import { provider, song } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { makeJob } from "./make.ts";

let shop: Workshop;
afterEach(() => shop.close());

test("a provider that calls back is asked at once; what it said is only a hint", async () => {
  let ready = false;
  let callback = "";
  let asked = 0;
  const one = provider({
    // Nobody would ask before an hour has passed.
    pollSeconds: 3600,
    submit: async (call) => {
      callback = call.callback ?? "";
      return { state: "accepted", task: "t" };
    },
    query: async () => {
      asked++;
      return ready ? song() : { state: "running" };
    },
  });
  shop = await workshop({ providers: [one], handlers: [makeJob, batchJob], slots: { make: 2 } });
  const { house } = shop;
  house.address = new URL("https://radio.example");
  const run = await house.ask("generate song", { genre: "noir-jazz" });
  await shop.until(() => callback !== "");
  const token = callback.replace("https://radio.example/hooks/jobs/", "");

  // Told too early, it goes on waiting.
  await shop.until(async () => (await heardBack(house, token)) && asked > 0);
  expect((await house.answer(run.run))?.status).toBe("running");
  ready = true;
  await shop.until(async () => {
    await heardBack(house, token);
    return (await house.answer(run.run))?.status === "done";
  });
  // Again, and late: nothing happens.
  const before = asked;
  expect(await heardBack(house, token)).toBe(true);
  expect(asked).toBe(before);

  for (const forged of [
    "",
    "x",
    `${token}A`,
    token.slice(1),
    `${token.slice(0, -2)}AA`,
    callbackToken(Buffer.alloc(32), house.owner.workspaceId, run.run),
  ])
    expect(await heardBack(house, forged)).toBe(false);
  expect(openCallback(house.keys.callback, token)?.workspaceId).toBe(house.owner.workspaceId);
});
