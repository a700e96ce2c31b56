// A channel on this machine, whole: its mixer, its one encoder, and where the encoder's frames go. It is driven by a clock
// that never goes back; when the encoder dies, the sound that it had not given yet goes to the next one, and nothing is lost.
import type { Ffmpeg } from "../../../ffmpeg/index.ts";
import { HEARD_DELAY_MS, type Heard, type Item, type Plan, type Status, type Words } from "../../playout.ts";
import { delayOf, HEALTHY_MS } from "../../watch/backoff.ts";
import { type Encoder, startEncoder } from "../out/encoder.ts";
import type { Frame } from "../out/frames.ts";
import { type Hls, openHls } from "../out/hls.ts";
import { changeOutlets } from "../out/outlets.ts";
import { type Mixer, makeMixer } from "./mix.ts";
import type { MixEvent, MixerOptions } from "./programme.ts";
import { BLOCK, RATE, stereo } from "./sound.ts";
import { makeSpeed } from "./speed.ts";
import { makeTail, type Tail } from "./tail.ts";
import type { Open } from "./under.ts";

export type Clock = { wall(): number; elapsed(): number; random(): number };

export type RigOptions = {
  plan: Plan;
  /** The channel's own folder of what is live. */
  folder: string;
  ffmpeg: Ffmpeg | undefined;
  clock: Clock;
  open: Open;
  tell(event: Heard): void;
};

export type Rig = {
  /** Makes what is due by now. */
  drive(): void;
  mixer: Mixer;
  push(item: Item): void;
  words(words: Words): void;
  status(): Status;
  restart(why: string): void;
  change(plan: Plan): void;
  republish(destination: string): void;
  /** What tests wait for between two drives. */
  settled(): Promise<void>;
  stop(how: "end" | "drop"): Promise<void>;
};

/** Made ahead of the clock: a machine that hesitates for less is not heard. */
const LEAD_MS = 1_000;
/** Of which so much may be used up by waiting for a disk. */
const LEAST_MS = 300;
/** The machine slept: what it missed is not made up for. */
const ASLEEP_MS = 10_000;
/** In one go, so that the other channels have their turn. */
const MOST_BLOCKS = 150;

type State = RigOptions & {
  settings: MixerOptions;
  mixer: Mixer;
  hls: Hls | undefined;
  outlets: ReturnType<typeof changeOutlets>;
  encoder: Encoder | undefined;
  starting: boolean;
  /** When an encoder is started next; `tries` since it was last well. */
  again: number;
  tries: number;
  starts: number;
  /** Somebody wanted it anew: that is no fault. */
  asked: boolean;
  upAt: number;
  tail: Tail;
  /** The clock's and the wall's time of the first frame. */
  zero: { elapsed: number; wall: number };
  outBytes: number;
  lastFrameAt: number | undefined;
  due: { event: MixEvent; at: number }[];
  speed: ReturnType<typeof makeSpeed>;
  over: boolean;
};

const momentOf = ({ zero }: State, frames: number): number => zero.wall + (frames * 1000) / RATE;

export function makeRig(options: RigOptions): Rig {
  const { plan, clock } = options;
  const due: State["due"] = [];
  const settings = {
    crossfadeMs: plan.crossfadeMs,
    beatMatch: plan.beatMatch,
    emergency: plan.emergency,
    open: options.open,
    tell(event: MixEvent) {
      if (event.kind === "wants-next" || event.kind === "failed")
        options.tell({ ...event, at: Math.round(clock.wall()) });
      else due.push({ event, at: event.at });
    },
  };
  const mixer = makeMixer(settings);
  const state: State = {
    ...options,
    settings,
    mixer,
    hls: undefined,
    outlets: [],
    encoder: undefined,
    starting: false,
    again: 0,
    tries: 0,
    starts: 0,
    asked: false,
    upAt: 0,
    tail: makeTail(),
    zero: { elapsed: clock.elapsed(), wall: clock.wall() },
    outBytes: 0,
    lastFrameAt: undefined,
    due,
    speed: makeSpeed(),
    over: false,
  };
  return rigOf(state);
}

function rigOf(state: State): Rig {
  const { mixer, clock } = state;
  let opening: Promise<void> | undefined;
  return {
    mixer,
    drive() {
      if (state.over) return;
      if (!state.encoder && !state.starting && clock.elapsed() >= state.again) opening = encode(state);
      make(state);
      for (const outlet of state.outlets) outlet.beat();
      state.speed.note(clock.elapsed(), state.tail.given());
    },
    push: (item) => mixer.push(item),
    words(words) {
      for (const outlet of state.outlets) outlet.words(words);
    },
    status: () => statusOf(state),
    restart(why) {
      state.again = 0;
      died(state, why, true);
    },
    change(plan) {
      Object.assign(state.settings, { crossfadeMs: plan.crossfadeMs, beatMatch: plan.beatMatch });
      state.outlets = changeOutlets(state, state.outlets, plan);
      state.plan = plan;
    },
    republish: (destination) => state.outlets.find((o) => o.id === destination)?.restart(),
    async settled() {
      await opening;
      await mixer.fill();
      await state.hls?.settled();
    },
    async stop(how) {
      state.over = true;
      for (const outlet of state.outlets) outlet.stop(how);
      await opening?.catch(() => undefined);
      state.encoder?.kill();
      mixer.close();
      await state.hls?.settled();
    },
  };
}

/** Starts the encoder, and gives it at once what the one before it did not get done. */
async function encode(state: State): Promise<void> {
  state.starting = true;
  let mine: Encoder | undefined;
  try {
    mine = await startEncoder(state.ffmpeg, {
      frames: (frames) => (mine === undefined || mine === state.encoder) && give(state, frames),
      died: (why) => mine === state.encoder && died(state, why),
    });
    if (state.over) return mine.kill();
    state.hls ??= await openHls(state.folder, mine.codec, state.clock.wall);
    if (state.starts > 0) state.hls.broken();
    state.encoder = mine;
    if (state.starts === 0) state.outlets = changeOutlets(state, [], state.plan);
    state.starts++;
    state.asked = false;
    state.upAt = state.clock.elapsed();
    for (const block of state.tail.open()) mine.write(block);
  } catch (error) {
    mine?.kill();
    state.encoder = undefined;
    died(state, (error as Error).message);
  } finally {
    state.starting = false;
  }
}

function died(state: State, why: string, asked = false): void {
  const { clock, encoder } = state;
  encoder?.kill();
  state.encoder = undefined;
  if (state.over) return;
  if (clock.elapsed() - state.upAt >= HEALTHY_MS) state.tries = 0;
  state.asked = asked;
  if (asked) return;
  state.again = clock.elapsed() + delayOf(state.tries++, clock.random());
  state.tell({ kind: "encoder", at: Math.round(clock.wall()), why });
}

/** Blocks up to now and a little more, unless a disk is still to give what they need and there is time to wait for it. */
function make(state: State): void {
  const { mixer, clock, zero, tail } = state;
  const passed = clock.elapsed() - zero.elapsed;
  const madeMs = (mixer.frames() * 1000) / RATE;
  if (passed - madeMs > ASLEEP_MS) {
    zero.elapsed += passed - madeMs;
    zero.wall += passed - madeMs;
    return;
  }
  void mixer.fill();
  const out = stereo(BLOCK);
  for (let n = 0; n < MOST_BLOCKS; n++) {
    const ahead = (mixer.frames() * 1000) / RATE - passed;
    if (ahead >= LEAD_MS || (ahead > LEAST_MS && mixer.starved())) return;
    mixer.block(out);
    const samples = new Int16Array(2 * BLOCK);
    for (let i = 0; i < BLOCK; i++) {
      samples[2 * i] = Math.max(-32768, Math.min(32767, Math.round(out.left[i]! * 32767)));
      samples[2 * i + 1] = Math.max(-32768, Math.min(32767, Math.round(out.right[i]! * 32767)));
    }
    tail.push(samples);
    state.encoder?.write(samples);
  }
}

function give(state: State, frames: readonly Frame[]): void {
  const { hls, tail, outlets, clock } = state;
  for (const frame of frames) {
    hls?.add(frame, momentOf(state, tail.given()));
    for (const outlet of outlets) outlet.write(frame);
    tail.give(frame.samples);
    state.outBytes += frame.bytes.length;
  }
  if (frames.length > 0) state.lastFrameAt = clock.wall();
  while (state.due[0] && state.due[0].at <= tail.given()) {
    const { event, at } = state.due.shift()!;
    state.tell({ ...event, at: Math.round(momentOf(state, at) - LEAD_MS + HEARD_DELAY_MS) });
  }
}

function statusOf(state: State): Status {
  const { mixer, encoder, outBytes, lastFrameAt, starts, outlets, speed } = state;
  const playing = mixer.playing();
  const trouble = state.hls?.trouble();
  return {
    state: encoder ? "on" : starts === 0 || state.asked ? "starting" : "failed",
    ...(playing ? { item: playing.item } : {}),
    position: Math.round((playing?.position ?? 0) * 1000),
    outBytes,
    outMs: Math.round((state.tail.given() * 1000) / RATE),
    speed: speed.now(),
    ...(lastFrameAt === undefined ? {} : { lastFrameAt }),
    lufs: mixer.meter.lufs(),
    silenceMs: mixer.meter.silenceMs(),
    starts,
    ...(encoder?.pid === undefined ? {} : { pid: encoder.pid }),
    destinations: Object.fromEntries([
      ...(trouble === undefined ? [] : [["hls", { state: "failed" as const, since: lastFrameAt ?? 0, note: trouble }]]),
      ...outlets.map((o) => [o.id, o.state()]),
    ]),
  };
}
