// Staff hear of half, of four fifths and of the end of a budget, each once, whoever spent it and however many at once.
import { expect, test } from "vitest";
import { handle } from "../core/inbox/index.ts";
import { see } from "../test/answers.ts";
import { workshop } from "../test/jobs.ts";
import { provider } from "../test/provider.ts";
import { batchJob } from "./batch.ts";
import { budgetNearJob } from "./budget-near.ts";
import { makeJob } from "./make.ts";
import { reactionsOf } from "./reactions.ts";
import { doChore } from "./upkeep.ts";

test("half, four fifths, all: three messages where staff are, and a fourth when the cap moved", async () => {
  const shop = await workshop({
    providers: [provider()],
    handlers: [makeJob, batchJob, budgetNearJob],
    slots: { make: 4 },
  });
  const { house } = shop;
  house.reactions = reactionsOf();
  const told = () =>
    see(house, async (sql) =>
      (
        await sql<{ text: string }[]>`
          select view->>'text' as text from outbox where subject like 'budget %' and place = 'staff-room' order by seq`
      ).map((r) => r.text),
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
    await house.ask("budget set", { amount: "0.60" });
    for (let n = 0; n < 10; n++)
      expect((await house.ended((await house.ask("generate song", {})).run)).status).toBe("done");
    await shop.until(async () => (await told()).length === 3);
    expect(await told()).toEqual([
      expect.stringContaining("50% of the budget is used, $0.30 of $0.60 a month"),
      expect.stringContaining("80% of the budget is used, $0.48 of $0.60 a month"),
      expect.stringContaining("the budget is used up, $0.60 of $0.60 a month"),
    ]);
    // Nothing is said twice: not by another try, and not by the minute's look.
    await house.ended((await house.ask("generate song", {})).run);
    await doChore(house, shop.engine.carriers[0]!, "tell of budgets");
    expect(await told()).toHaveLength(3);
    // A cap that moved has lines of its own.
    await house.ask("budget set", { amount: "1.20" });
    await house.ended((await house.ask("generate song", {})).run);
    await shop.until(async () => (await told()).length === 4);
    expect((await told())[3]).toContain("50% of the budget is used, $0.66 of $1.20");
  } finally {
    await shop.close();
  }
}, 60_000);
