// Where a channel's sound goes besides its own page.
import { mkdirSync } from "node:fs";
import type { Ffmpeg } from "../../../ffmpeg/index.ts";
import type { DestinationPlan, Heard, Plan } from "../../playout.ts";
import type { Codec } from "./frames.ts";
import { openIcecast } from "./icecast.ts";
import { type Line, type LineTold, makeOutlet, type Outlet } from "./line.ts";
import { openRtmp } from "./rtmp.ts";

type Ground = {
  plan: Plan;
  folder: string;
  ffmpeg: Ffmpeg | undefined;
  clock: { wall(): number; elapsed(): number; random(): number };
  tell(event: Heard): void;
};

export function openOutlets({ plan, folder, ffmpeg, clock, tell }: Ground, codec: Codec): Outlet[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const begin = ({ kind, url }: DestinationPlan, told: LineTold): Line => {
    if (kind === "icecast") return openIcecast(url, codec, plan, told);
    if (!ffmpeg || codec !== "aac") throw new Error("RTMP needs ffmpeg, and there is none here.");
    return openRtmp(ffmpeg, url, folder, clock.elapsed, told);
  };
  return plan.destinations.map((destination) =>
    makeOutlet(
      destination.id,
      (told) => begin(destination, told),
      { wall: clock.wall, random: clock.random },
      (state, note) =>
        tell({
          kind: "destination",
          item: destination.id,
          at: Math.round(clock.wall()),
          why: note === undefined ? state : `${state}: ${note}`,
        }),
    ),
  );
}
