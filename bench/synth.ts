// The synthesizer, measured by ears that do not know the score: speed, loudness, tempo, key, and whether seven genres are seven.
import { analyse, compose, distance, genreNames, keyName, render, scaled, traits } from "../core/studio/index.ts";

const SECONDS = 60;
const SONGS = process.env.BENCH_QUICK === "1" ? 14 : 50;
const genres = genreNames();
const say = (row: object) => console.log(JSON.stringify(row));

/** Time of this process alone: other work of the machine does not count. */
const cpu = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;

type Score = ReturnType<typeof compose>;
/** The major scale of the same seven tones: what "equal or relative" means. */
const scaleOf = (tonic: number, mode: string) => (tonic + ({ minor: 3, dorian: 10, lydian: 7 }[mode] ?? 0)) % 12;

function song(genre: string, seed: number) {
  const before = cpu();
  const score: Score = compose(genre, seed, { seconds: SECONDS });
  const { mix, rate } = render(score);
  const spent = cpu() - before;
  const heard = analyse({ sides: [mix.left, mix.right], rate });
  const bpm = heard.tempo?.bpm ?? 0;
  const found = heard.key ? scaleOf(heard.key.tonic, heard.key.mode) : -1;
  // In lydian the tonic's own major key is as right as the scale's: listeners hear the drone.
  const keys = [scaleOf(score.key.tonic, score.key.mode), ...(score.key.mode === "lydian" ? [score.key.tonic] : [])];
  return {
    genre,
    key: keyName(score.key),
    times: heard.seconds / spent,
    heard,
    inTempo: Math.abs(bpm / score.bpm - 1) < 0.01,
    octave: [0.5, 2].some((o) => Math.abs(bpm / score.bpm / o - 1) < 0.01),
    inKey: keys.includes(found),
    row: traits(heard),
  };
}

const songs = Array.from({ length: SONGS }, (_, i) =>
  song(genres[i % genres.length]!, 1 + Math.floor(i / genres.length)),
);
const rows = scaled(songs.map((s) => s.row));
const others = (i: number) => songs.map((_, j) => j).filter((j) => j !== i);
const nearest = (i: number) =>
  others(i).reduce((best, j) => (distance(rows[i]!, rows[j]!) < distance(rows[i]!, rows[best]!) ? j : best));
const round = (value: number, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits;
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

for (const genre of genres) {
  const of = songs.map((s, i) => ({ ...s, i })).filter((s) => s.genre === genre);
  const loud = of.map((s) => s.heard.loudness);
  const siblings = of.flatMap((a) => of.filter((b) => b.i > a.i).map((b) => distance(rows[a.i]!, rows[b.i]!)));
  say({
    genre,
    songs: of.length,
    timesRealTime: round(mean(of.map((s) => s.times)), 1),
    tempoWithin1Percent: of.filter((s) => s.inTempo).length,
    halfOrDouble: of.filter((s) => s.octave).length,
    keyEqualOrRelative: of.filter((s) => s.inKey).length,
    lufs: `${round(Math.min(...loud))} to ${round(Math.max(...loud))}`,
    peakDb: round(Math.max(...of.map((s) => s.heard.peak))),
    clicks: Math.max(...of.map((s) => s.heard.clicks)),
    clipped: Math.max(...of.map((s) => s.heard.clipped)),
    nearestIsSameGenre: of.filter((s) => songs[nearest(s.i)]!.genre === genre).length,
    closestSiblings: siblings.length > 0 ? round(Math.min(...siblings)) : undefined,
  });
}
say({
  genre: "all",
  songs: songs.length,
  timesRealTime: round(mean(songs.map((s) => s.times)), 1),
  tempoWithin1Percent: songs.filter((s) => s.inTempo).length,
  halfOrDouble: songs.filter((s) => s.octave).length,
  keyEqualOrRelative: songs.filter((s) => s.inKey).length,
  nearestIsSameGenre: songs.filter((s, i) => songs[nearest(i)]!.genre === s.genre).length,
});
// Pairwise difference: the mean distance between songs of two genres, in deviations; the diagonal is between siblings.
for (const a of genres) {
  const row: Record<string, unknown> = { difference: a };
  for (const b of genres) {
    const all = songs.flatMap((x, i) =>
      songs.flatMap((y, j) => (i !== j && x.genre === a && y.genre === b ? [distance(rows[i]!, rows[j]!)] : [])),
    );
    row[b] = all.length > 0 ? round(mean(all)) : undefined;
  }
  say(row);
}
