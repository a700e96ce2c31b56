// Many ask at once, and the budget is for some of them: a provider on the other side of a line is asked by these alone.
import { expect, test } from "vitest";
import { inWorkspace, rawOf } from "../db/connect.ts";
import { addPerson } from "../test/answers.ts";
import { minimax } from "../test/emulators/providers/makers.ts";
import { KEY, openProvider } from "../test/emulators/providers/server.ts";
import { workshop } from "../test/jobs.ts";
import { makers } from "../test/programs/maker.ts";
import { batchJob } from "./batch.ts";
import { makeJob } from "./make.ts";

/** The long form is for `npm run chaos`. */
const [ASKED, ROOM] = process.env.CHAOS ? [200, 50] : [40, 10];

test(`${ASKED} clips asked for by ten people at once, and a budget for ${ROOM}: exactly so many are ordered and paid`, async () => {
  const world = await openProvider(minimax);
  const providers = makers(world.url, KEY, 200);
  const shop = await workshop({ providers, handlers: [makeJob, batchJob], slots: { make: 8 }, pollSeconds: 0.5 });
  try {
    const { house } = shop;
    await house.ask("budget set", { amount: String((ROOM * 48) / 100) });
    const people = await Promise.all(Array.from({ length: 10 }, (_, n) => addPerson(house, `P${n}`, "staff")));
    const options = { kind: "clip", seconds: 6, provider: "listed" };
    const asked = await Promise.all(
      Array.from({ length: ASKED }, (_, n) =>
        house.ask("generate video", { ...options, prompt: `scene ${n}` }, { as: people[n % people.length]! }),
      ),
    );
    expect(asked.map((a) => a.status)).toEqual(asked.map(() => "running"));
    const ended = await Promise.all(asked.map(({ run }) => house.ended(run)));
    expect(ended.filter((r) => r.status === "done")).toHaveLength(ROOM);
    expect(ended.filter((r) => r.view.text.includes("is used up"))).toHaveLength(ASKED - ROOM);
    expect(world.tasks.size).toBe(ROOM);
    const [money] = await inWorkspace(
      house.database,
      house.owner.workspaceId,
      (tx) => rawOf(tx)`select sum(held)::int as held, sum(spent)::int as spent from budget_use`,
    );
    expect(money).toEqual({ held: 0, spent: ROOM * 480_000 });
  } finally {
    await shop.close();
    await world.close();
  }
}, 300_000);
