// What viewers read on a channel's picture: the track at once, and the open ballot and the last shout every few seconds.
import { latest } from "../../core/community/index.ts";
import type { Plan, Words } from "../../core/streams/index.ts";
import { listBallots } from "../../core/votes/index.ts";
import { asHouse, type Ground, type Home } from "./ground.ts";

export type Card = {
  heard(track: Pick<Words, "title" | "artist">): void;
  look(plan: Plan): Promise<void>;
};

/** A picture is shown for four seconds before the next can be. */
const EVERY_MS = 4_000;
const SHOUT_MS = 60_000;

type More = Pick<Words, "ballot" | "shout">;

export function makeCard(
  ground: Pick<Ground, "house" | "elapsed">,
  home: Home,
  channel: string,
  tell: (words: Words) => void,
): Card {
  let track: Pick<Words, "title" | "artist"> | undefined;
  let [more, lookedAt]: [More, number] = [{}, Number.NEGATIVE_INFINITY];
  return {
    heard(now) {
      track = now;
      tell({ ...track, ...more });
    },
    async look({ name, visual, destinations }) {
      const seen = visual === "card" && destinations.some((d) => d.kind === "rtmp");
      if (!seen || ground.elapsed() - lookedAt < EVERY_MS) return;
      lookedAt = ground.elapsed();
      const now = await moreOf(ground, home, channel);
      if (JSON.stringify(now) === JSON.stringify(more)) return;
      more = now;
      tell({ ...(track ?? { title: name }), ...more });
    },
  };
}

const moreOf = (ground: Pick<Ground, "house">, home: Home, channel: string): Promise<More> =>
  asHouse(ground, home, async (act) => {
    const [ballot] = await listBallots(act, { channel, open: true, kind: "next" }, 1);
    const [said] = await latest(act.db, channel, "shout", 1);
    const fresh = said && act.now.getTime() - Date.parse(said.at) < SHOUT_MS;
    const all = ballot ? ballot.choices.reduce((sum, c) => sum + c.weight, 0) : 0;
    return {
      ...(ballot
        ? {
            ballot: {
              question: ballot.question,
              choices: ballot.choices.map(({ label, weight }) => ({
                label,
                ...(ballot.hidden ? {} : { share: all > 0 ? weight / all : 0 }),
              })),
            },
          }
        : {}),
      ...(fresh ? { shout: { name: said.name, words: said.words } } : {}),
    };
  });
