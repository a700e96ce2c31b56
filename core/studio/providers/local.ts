// Our own machine: it makes things without anybody's key, as algorithms do, and says so. A song is composed and
// rendered in a thread; the same wish with the same seed is the same song, to the last bit.
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { workFolder } from "../../workfolder.ts";
import { makeCover } from "../local/cover/raster.ts";
import { genreNames } from "../local/score/genres.ts";
import { SECONDS } from "../local/score/names.ts";
import { keyName } from "../local/score/theory.ts";
import { makeSong } from "../local/song.ts";
import { FILM_SIZES, makeFilm } from "../local/video/video.ts";
import type { Answered, Call, Capability, Made, Provider, Rights, Wish } from "../provider.ts";
import { LOCAL_WORDS, writeLocally } from "./local-words.ts";
import { titleFor } from "./titles.ts";

const RIGHTS: Rights = {
  commercial: "yes",
  stores: "yes",
  terms: "made by this program; yours",
  label: "algorithmic composition",
};
const TEMPLATE: Rights = { ...RIGHTS, label: "a template, no model" };

const music = (["song", "loop"] as const).map(
  (kind): Capability => ({
    kind,
    model: "synthesizer-1",
    seconds: [SECONDS.least, SECONDS.most],
    promptMax: 10_000,
    price: () => 0n,
    rights: RIGHTS,
    quality: 0.5,
    usual: 4,
  }),
);

const SHAPES = { "1:1": [1400, 1400], "16:9": [1280, 720], "9:16": [1080, 1920] } as const;

const pictures = (["cover", "thumbnail", "scene"] as const).map(
  (kind): Capability => ({
    kind,
    model: "painter-1",
    promptMax: 10_000,
    ratios: Object.keys(SHAPES),
    price: () => 0n,
    rights: RIGHTS,
    quality: 0.5,
    usual: 2,
  }),
);

/** A picture that moves to a song of its own. */
const films: Capability = {
  kind: "visualizer",
  model: "visualizer-1",
  seconds: [SECONDS.least, SECONDS.most],
  promptMax: 10_000,
  ratios: Object.keys(FILM_SIZES),
  price: () => 0n,
  rights: RIGHTS,
  quality: 0.4,
  usual: 10,
};

const words = LOCAL_WORDS.map(
  (kind): Capability => ({
    kind,
    model: "template",
    promptMax: 10_000,
    languages: ["en"],
    price: () => 0n,
    rights: TEMPLATE,
    quality: 0.2,
    usual: 0.1,
  }),
);

export const localProvider = (): Provider => ({
  slug: "local",
  name: "This machine",
  local: true,
  capabilities: [...music, ...pictures, films, ...words],
  // A song keeps one core busy; more at once would only take turns.
  atOnce: availableParallelism(),
  submit: (call) => WORK[call.capability.model]!(call),
  // It runs inside the job: what is not here any more never was.
  find: async () => "never arrived",
  settleSeconds: 0,
});

const write = async ({ wish }: Call): Promise<Answered> => ({
  state: "done",
  made: [{ role: "main", type: "text/plain", name: `${wish.kind}.txt`, from: { text: writeLocally(wish) } }],
  cost: 0n,
});

/** What a wish is to the composer: asked again, it is the same song. */
export const scoreFor = (wish: Wish) => ({
  genre: genreFor(wish),
  wish: {
    loop: wish.kind === "loop",
    mood: [wish.mood, wish.asked].filter(Boolean).join(" "),
    ...(wish.seconds === undefined ? {} : { seconds: wish.seconds }),
    ...(wish.bpm === undefined ? {} : { bpm: wish.bpm }),
    ...(wish.key === undefined ? {} : { key: wish.key }),
  },
});

async function play({ wish, signal, progress }: Call): Promise<Answered> {
  const { genre, wish: asked } = scoreFor(wish);
  const title = titleFor(genre, wish.seed);
  const { loop } = asked;
  const folder = await workFolder("song");
  const done = () => rm(folder, { recursive: true, force: true });
  const making = makeSong(genre, wish.seed, {
    ...asked,
    formats: loop ? ["wav", "midi"] : ["mp3", "midi"],
    folder,
    title,
    signal,
    progress: (part) => progress(part, "composing"),
  });
  const { score, files, wav, seconds, loudness, peak } = await making.catch(async (error: unknown) => {
    await done();
    throw error;
  });
  const facts = {
    title,
    genre,
    seconds,
    bpm: score.bpm,
    key: keyName(score.key),
    lufs: Math.round(loudness * 10) / 10,
    peak: Math.round(20 * Math.log10(peak) * 10) / 10,
    sections: score.sections.map(({ kind, bar, bars }) => ({ kind, bar, bars })),
  };
  const made: Made[] = [];
  // A loop must end where it begins, to the sample: MP3 pads its ends.
  const [format, type] = loop ? (["wav", "audio/wav"] as const) : (["mp3", "audio/mpeg"] as const);
  made.push({
    role: "main",
    type,
    name: `${title}.${format}`,
    from: wav === undefined ? { bytes: files.mp3! } : { file: wav },
    facts,
  });
  made.push({ role: "midi", type: "audio/midi", name: `${title}.mid`, from: { bytes: files.midi! } });
  return { state: "done", made, cost: 0n, done };
}

/** The genre's art with a title on it: what was typed when it is short enough for one, else a name of its own. */
async function paint({ wish, signal }: Call): Promise<Answered> {
  const genre = genreFor(wish);
  const own = wish.asked && wish.asked.length <= LONGEST_TITLE ? wish.asked : titleFor(genre, wish.seed);
  const title = wish.plain ? "" : own;
  const [width, height] = SHAPES[wish.ratio ?? "1:1"];
  const bytes = await makeCover({ genre, seed: wish.seed, title, width, height }, signal);
  const facts = { title: own, genre, width, height };
  return {
    state: "done",
    made: [{ role: "main", type: "image/png", name: `${own}.png`, from: { bytes }, facts }],
    cost: 0n,
  };
}
const LONGEST_TITLE = 60;

/** What a short-video platform likes, when nobody said how long. */
const FILM_SECONDS = 45;
/** Of the work, the part that is the song. */
const SONG_SHARE = 0.3;

async function film({ wish, signal, progress }: Call): Promise<Answered> {
  const genre = genreFor(wish);
  const title = wish.asked && wish.asked.length <= LONGEST_TITLE ? wish.asked : titleFor(genre, wish.seed);
  const { score, files, seconds } = await makeSong(genre, wish.seed, {
    formats: ["mp3"],
    title,
    mood: [wish.mood, wish.asked].filter(Boolean).join(" "),
    seconds: wish.seconds ?? FILM_SECONDS,
    ...(wish.bpm === undefined ? {} : { bpm: wish.bpm }),
    ...(wish.key === undefined ? {} : { key: wish.key }),
    signal,
    progress: (part) => progress(SONG_SHARE * part, "composing"),
  });
  const made = await makeFilm({
    sound: files.mp3!,
    genre,
    seed: wish.seed,
    title,
    shape: wish.ratio ?? "16:9",
    signal,
    progress: (part) => progress(SONG_SHARE + (1 - SONG_SHARE) * part, "drawing"),
  });
  const facts = {
    title,
    genre,
    seconds,
    bpm: score.bpm,
    key: keyName(score.key),
    width: made.width,
    height: made.height,
  };
  return {
    state: "done",
    made: [{ role: "main", type: "video/mp4", name: `${title}.mp4`, from: { bytes: made.film }, facts }],
    cost: 0n,
  };
}

const WORK: Record<string, (call: Call) => Promise<Answered>> = {
  "synthesizer-1": play,
  "painter-1": paint,
  "visualizer-1": film,
  template: write,
};

/** The wish's own genre; else the one whose name its words contain; else one by chance. */
function genreFor(wish: Wish): string {
  const all = genreNames();
  if (wish.genre !== undefined && all.includes(wish.genre)) return wish.genre;
  const words = `${wish.genre ?? ""} ${wish.prompt}`.toLowerCase();
  const named = all.find((genre) => genre.split("-").some((part) => part.length > 3 && words.includes(part)));
  return named ?? all[wish.seed % all.length]!;
}
