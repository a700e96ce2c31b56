// Staff hear of a dispute, of its end, and of a payout that came back: each once, and of old ones never.
import { expect, test } from "vitest";
import { handle } from "../core/inbox/index.ts";
import { stripe } from "../core/money/sources/stripe/stripe.ts";
import { see } from "../test/answers.ts";
import { startStripe } from "../test/emulators/stripe/server.ts";
import { makeWorld } from "../test/emulators/stripe/world.ts";
import { workshop } from "../test/jobs.ts";
import { deliver, stripeSettings } from "../test/stripe.ts";
import { hintsJob } from "./money.ts";
import { turnJob } from "./money-told.ts";
import { reactionsOf } from "./reactions.ts";

test("a dispute and its end, and a payout that came back, are told where staff are", async () => {
  const shop = await workshop({ handlers: [hintsJob, turnJob] });
  const { house } = shop;
  // A month before what is told below.
  const world = makeWorld({ start: house.clock.now.getTime() / 1000 - 30 * 86_400 });
  const api = await startStripe(world);
  house.money = [stripe(stripeSettings(api))];
  house.reactions = reactionsOf();
  const told = () =>
    see(house, async (sql) =>
      (
        await sql<{ text: string }[]>`
          select view->>'text' as text from outbox where subject like 'money %' and place = 'staff-room' order by seq`
      ).map(({ text }) => text),
    );
  try {
    await see(
      house,
      (sql) => sql`insert into place (workspace_id, id, surface, tenant, external, created_at)
        values (${house.owner.workspaceId}, ${house.sources.newId()}, 'discord', 'guild', '', now())`,
    );
    await handle(house, house.database, house.owner, {
      surface: "discord",
      tenant: "guild",
      place: "staff-room",
      delivery: "d1",
      account: { id: "1" },
      content: { kind: "command", name: "review place", options: {} },
    });
    const news = async () => {
      for (const event of world.events.splice(0)) await deliver(house, event);
      await shop.until(async () => {
        const [row] = await see(
          house,
          (sql) => sql`
          select (select count(*) from source_hint where status = 'waiting')
            + (select count(*) from job where name like 'money%' and status in ('waiting', 'running')) as left`,
        );
        return row?.left === "0";
      });
      return told();
    };
    world.dispute(world.pay({ amount: 9_900 }));
    expect(await news()).toEqual([]);
    world.pass(30 * 86_400);
    const dispute = world.dispute(world.pay({ amount: 4_500, currency: "eur" }));
    expect(await news()).toEqual([expect.stringContaining(`A customer disputes a payment of €45.00`)]);
    world.closeDispute(dispute, true);
    const out = world.payout(1_000);
    expect((await news()).slice(1)).toEqual(["The dispute over €45.00 is won: the money is back."]);
    world.failPayout(out);
    expect((await news()).slice(2)).toEqual([expect.stringContaining("The payout of $10.00 failed")]);
    // Told again, nothing new is said.
    world.closeDispute(dispute, true);
    expect(await news()).toHaveLength(3);
  } finally {
    await shop.close();
    await api.stop();
  }
});
