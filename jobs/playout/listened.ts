// A track whose loudness nobody measured is listened to before it is played, once, in a thread of its own.
import type { Item as Handed, PlayItem } from "../../core/streams/index.ts";
import { listen } from "../../core/studio/analyse/index.ts";

const PATIENCE_MS = 8_000;
const REMEMBERED = 500;
const known = new Map<string, { lufs?: number; seconds?: number }>();

export async function listened({ asset, type }: Handed, item: PlayItem): Promise<PlayItem> {
  if (item.lufs !== undefined && item.seconds !== undefined) return item;
  const before = known.get(asset) ?? (/mpeg|wav/.test(type) ? await measured(item.file) : {});
  known.delete(asset);
  known.set(asset, before);
  if (known.size > REMEMBERED) known.delete(known.keys().next().value!);
  return { ...before, ...item };
}

async function measured(file: string): Promise<{ lufs?: number; seconds?: number }> {
  try {
    const said = await listen(file, AbortSignal.timeout(PATIENCE_MS));
    if ("refused" in said) return {};
    const { loudness, seconds } = said.heard;
    return { seconds, ...(Number.isFinite(loudness) ? { lufs: loudness } : {}) };
  } catch {
    // Too long, or not there: the engine says what is wrong with it when it opens it.
    return {};
  }
}
