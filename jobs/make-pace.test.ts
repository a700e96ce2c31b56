// A provider that takes so many calls in a minute gets no more, and nobody is refused for it.
import { expect, test } from "vitest";
import { workshop } from "../test/jobs.ts";
import { provider } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { makeJob } from "./make.ts";

test("two calls a minute: the third song waits for its turn", async () => {
  const one = provider({ perMinute: 2 });
  const shop = await workshop({ providers: [one], handlers: [makeJob, batchJob] });
  try {
    const asked = await shop.house.ask("generate song", { count: 3 });
    await shop.until(() => one.calls.length === 2);
    // Time stands still: there is no third.
    await new Promise((done) => setTimeout(done, 500));
    expect(one.calls).toHaveLength(2);
    await shop.until(async () => {
      shop.house.clock.pass(15_000);
      return (await shop.house.answer(asked.run))?.status === "done";
    });
    expect(one.calls).toHaveLength(3);
  } finally {
    await shop.close();
  }
}, 90_000);
