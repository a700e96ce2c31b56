// Which track is next, as arithmetic: rotations that are due, weights, and what was heard too short a time ago.

export type Track = {
  id: string;
  title: string;
  artist: string | null;
  seconds: number | null;
  /** When it was heard last on this channel, in milliseconds; null: never. */
  lastAt: number | null;
};

export type Pace = {
  everySongs: number | null;
  everyMinutes: number | null;
  atMinute: number | null;
};

export type Rotation = Pace & {
  id: string;
  name: string;
  weight: number;
  /** When something of it was handed over last, and how many songs of others were since. */
  lastAt: number | null;
  songsSince: number;
  tracks: readonly Track[];
};

/** What was heard or will be, of which nothing should be heard again too soon. */
export type Recent = { id: string; title: string; artist: string | null; at: number };

export type Gaps = { trackMinutes: number; artistMinutes: number };

const MINUTE = 60_000;
/** "At minute 0" is kept until minute 15, and is not due again in the half hour after it played. */
const WINDOW = 15;
const AT_MINUTE_REST = 30 * MINUTE;

/** `minute` is that of the hour on the wall. Undefined: it has no pace, and takes part by its weight. */
export function isDue(rotation: Pace & Pick<Rotation, "lastAt" | "songsSince">, now: number, minute: number) {
  const { everySongs, everyMinutes, atMinute, lastAt, songsSince } = rotation;
  const rested = (ms: number) => lastAt === null || now - lastAt >= ms;
  if (atMinute !== null) return (minute - atMinute + 60) % 60 < WINDOW && rested(AT_MINUTE_REST);
  if (everySongs !== null) return songsSince >= everySongs;
  if (everyMinutes !== null) return rested(everyMinutes * MINUTE);
  return undefined;
}

/** Each comes before the others as often as its share of the weights: the key is chance to the power of 1/weight. */
export function weightedShuffle<T>(items: readonly T[], weightOf: (item: T) => number, random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() ** (1 / Math.max(weightOf(item), Number.EPSILON)) }))
    .sort((a, b) => b.key - a.key)
    .map(({ item }) => item);
}

/** Those with a pace that are due, the strictest first; then all without one, by weight. */
export function inTurn<R extends Rotation>(rotations: readonly R[], now: number, minute: number, random: () => number) {
  const shuffled = (some: R[]) => weightedShuffle(some, (r) => r.weight, random);
  const due = (is: (r: R) => boolean) =>
    shuffled(rotations.filter((r) => is(r) && isDue(r, now, minute) === true && r.tracks.length > 0));
  return [
    ...due((r) => r.atMinute !== null),
    ...due((r) => r.everySongs !== null),
    ...due((r) => r.everyMinutes !== null),
    ...shuffled(rotations.filter((r) => isDue(r, now, minute) === undefined && r.tracks.length > 0)),
  ];
}

/** What is written without a space behind it is part of a name, as in AC/DC. */
const SPLIT = /\s*(?:,|\/|&|\bfeat\b\.?|\bft\b\.?|\bvs\b\.?)\s+/;
const plain = (text: string) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{P}]+/gu, " ")
    .trim();

/** "Ana feat. Ben & Cy" is three. */
export const artistsOf = (artist: string | null): string[] =>
  (artist ?? "")
    .normalize("NFKC")
    .toLowerCase()
    .split(SPLIT)
    .map(plain)
    .filter((name) => name !== "");

/** A title without what is in brackets behind it: another take is the same song to who listens. */
export const titleOf = (title: string): string => plain(title.replace(/\s*[([][^)\]]*[)\]]\s*$/u, "")) || plain(title);

/** What must not be heard at `now`, made once for many tracks. */
export function barred(recent: readonly Recent[], now: number, gaps: Gaps) {
  const [ids, titles, artists] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const r of recent) {
    const age = now - r.at;
    if (age < gaps.trackMinutes * MINUTE) ids.add(r.id);
    if (age >= gaps.artistMinutes * MINUTE) continue;
    titles.add(titleOf(r.title));
    for (const artist of artistsOf(r.artist)) artists.add(artist);
  }
  return (track: Track) =>
    ids.has(track.id) || titles.has(titleOf(track.title)) || artistsOf(track.artist).some((a) => artists.has(a));
}

const HOUR = 60 * MINUTE;
const WEEK_HOURS = 168;
/** What was not heard for long comes sooner; after a week all are alike. */
const freshness = (track: Track, now: number) =>
  track.lastAt === null ? WEEK_HOURS + 1 : Math.min(Math.max((now - track.lastAt) / HOUR, 0), WEEK_HOURS) + 1;

export type Choosing = {
  now: number;
  /** Of the hour, on the wall. */
  minute: number;
  recent: readonly Recent[];
  gaps: Gaps;
  random: () => number;
  /** Never these: they are queued, or play now. Unless there is nothing else at all. */
  never: ReadonlySet<string>;
};

export type Chosen<R extends Rotation = Rotation> = { track: Track; rotation: R; again: boolean };

/**
 * Up to `count` tracks in the order in which they may be played. First what breaks no rule, rotation by rotation; when
 * that is not enough, what was heard longest ago. Something as long as there is a track at all.
 */
export function choose<R extends Rotation>(rotations: readonly R[], count: number, at: Choosing): Chosen<R>[] {
  const chosen: Chosen<R>[] = [];
  const turn = inTurn(rotations, at.now, at.minute, at.random);
  const recent = [...at.recent];
  const taken = new Set(at.never);
  const take = (track: Track, rotation: R, again: boolean) => {
    chosen.push({ track, rotation, again });
    taken.add(track.id);
    recent.push({ ...track, at: at.now });
  };
  const shuffled = new Map(
    turn.map((r) => [r, weightedShuffle(r.tracks, (t) => freshness(t, at.now), at.random)] as const),
  );
  // By rounds: several candidates come from several rotations, as their weights have them.
  for (let found = true; found && chosen.length < count; ) {
    found = false;
    for (const rotation of turn) {
      if (chosen.length >= count) break;
      const bars = barred(recent, at.now, at.gaps);
      const track = shuffled.get(rotation)!.find((t) => !taken.has(t.id) && !bars(t));
      if (!track) continue;
      take(track, rotation, false);
      found = true;
    }
  }
  if (chosen.length < count) {
    const all = turn.flatMap((rotation) => rotation.tracks.map((track) => ({ track, rotation })));
    const oldest = all.sort((a, b) => (a.track.lastAt ?? 0) - (b.track.lastAt ?? 0));
    for (const { track, rotation } of oldest) {
      if (chosen.length >= count) break;
      if (!taken.has(track.id)) take(track, rotation, true);
    }
  }
  return chosen;
}

/** A draw that repeats: the same seed chooses the same. Mulberry32 over a hash of the words (FNV-1a). */
export function drawOf(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const letter of seed) state = Math.imul(state ^ letter.codePointAt(0)!, 0x01000193) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
