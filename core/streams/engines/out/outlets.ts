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
  encoder: { codec: Codec } | undefined;
};

/** Those of the plan: what goes on is left as it is, what is new begins, what is gone ends. A picture of another kind cannot follow in the same film. */
export function changeOutlets(ground: Ground, before: readonly Kept[], plan: Plan): Kept[] {
  mkdirSync(ground.folder, { recursive: true, mode: 0o700 });
  const same = (d: DestinationPlan, o: Kept) =>
    d.id === o.id && d.url === o.url && (d.kind !== "rtmp" || plan.visual === ground.plan.visual);
  const stays = (o: Kept) => plan.destinations.some((d) => same(d, o));
  const goes = (o: Kept) => plan.destinations.some((d) => d.id === o.id);
  for (const outlet of before) if (!stays(outlet)) outlet.stop(goes(outlet) ? "drop" : "end");
  return plan.destinations.map(
    (d) => before.find((o) => same(d, o)) ?? Object.assign(begin(ground, d), { url: d.url }),
  );
}

type Kept = Outlet & { url?: string };

function begin({ plan, folder, ffmpeg, clock, tell, encoder }: Ground, destination: DestinationPlan): Outlet {
  const { id, kind, url } = destination;
  const open = (told: LineTold): Line => {
    const codec = encoder?.codec ?? "aac";
    if (kind === "icecast") return openIcecast(url, codec, plan, told);
    if (!ffmpeg || codec !== "aac") throw new Error("RTMP needs ffmpeg, and there is none here.");
    return openRtmp(ffmpeg, url, folder, clock, told);
  };
  const changed = (state: string, note?: string) =>
    tell({
      kind: "destination",
      item: id,
      at: Math.round(clock.wall()),
      why: note === undefined ? state : `${state}: ${note}`,
    });
  return makeOutlet(id, open, { wall: clock.wall, random: clock.random }, changed);
}
