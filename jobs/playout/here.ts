// Engines open files by their path: what lies in a bucket is fetched to this machine before it is handed over.
import { basename } from "node:path";
import { fileHere } from "../../core/assets/index.ts";
import type { House } from "../../core/house.ts";
import type { Plan, PlayItem } from "../../core/streams/index.ts";

type Place = Pick<House, "files" | "bucket" | "log">;

async function pathOf(house: Place, workspaceId: string, asset: string, path: string): Promise<string> {
  if (!house.bucket) return path;
  try {
    return (await fileHere(house, workspaceId, asset)) ?? path;
  } catch (err) {
    // The engine says that it cannot open it, and gets another.
    house.log.error({ err, asset }, "a track could not be fetched from the bucket");
    return path;
  }
}

export const itemHere = async (house: Place, workspaceId: string, item: PlayItem): Promise<PlayItem> => ({
  ...item,
  file: await pathOf(house, workspaceId, item.asset, item.file),
});

export async function planHere(house: Place, workspaceId: string, plan: Plan): Promise<Plan> {
  const emergency = await Promise.all(plan.emergency.map((item) => itemHere(house, workspaceId, item)));
  const { loop } = plan;
  if (loop === undefined) return { ...plan, emergency };
  return { ...plan, emergency, loop: await pathOf(house, workspaceId, basename(loop), loop) };
}
