// One channel that this host plays: its engine is started, asked how it is, given what comes next, and what is heard of it
// is written down when it is heard. Everything is written under the token of the lease; who has lost it falls silent.
import type { Act } from "../../core/act.ts";
import {
  back,
  claimNext,
  ended,
  failed,
  type Heard,
  heard,
  type Item,
  itemOf,
  LostLease,
  type Memory,
  openDestinations,
  type Plan,
  type Playout,
  planOf,
  report,
  type Status,
  silent,
  type Wanted,
  watch,
  watchFrom,
} from "../../core/streams/index.ts";
import { type Card, makeCard } from "./card.ts";
import { asHouse, type Ground, type Home } from "./ground.ts";
import { itemHere, planHere } from "./here.ts";
import { listened } from "./listened.ts";
import { type Log, makeLog } from "./log.ts";

export type Kept = {
  channel: string;
  token: number;
  /** What people want of it now. */
  want(wanted: Wanted): void;
  /** Looks how it is, and does what has to be done. */
  look(): Promise<void>;
  /** Another host has it, or shall have it. */
  lost(): boolean;
  stop(how: "end" | "drop"): Promise<void>;
};

/** Reported so often, and at once when it changed. */
const REPORT_MS = 3_000;
/** Longer than this behind its encoder, nobody hears anything. */
const FRESH_MS = 3_000;

type State = Omit<Ground, "memory"> & {
  used(): number;
  home: Home;
  wanted: Wanted;
  token: number;
  engine: Playout;
  plan: Plan | undefined;
  startedAt: Date;
  memory: Memory;
  log: Log;
  card: Card;
  /** By their ids, what the engine was given. */
  items: Map<string, Item>;
  emergency: boolean;
  skipped: string | undefined;
  asking: boolean;
  busy: boolean;
  reported: { at: number; words: string };
  /** Why it was down since the last report: told also when it is up again by then. */
  fell: string | undefined;
  lost: boolean;
  over: boolean;
};

export function keepChannel(ground: Ground, home: Home, wanted: Wanted, token: number): Kept {
  const { house } = ground;
  const state: State = {
    ...ground,
    used: ground.memory,
    home,
    wanted,
    token,
    engine: ground.engineOf(wanted),
    plan: undefined,
    startedAt: house.sources.now(),
    memory: watchFrom(ground.elapsed()),
    log: undefined as never,
    card: undefined as never,
    items: new Map(),
    emergency: wanted.emergencyAt !== undefined,
    skipped: undefined,
    asking: false,
    busy: false,
    reported: { at: Number.NEGATIVE_INFINITY, words: "" },
    fell: undefined,
    lost: false,
    over: false,
  };
  state.log = makeLog(ground, home, () => {
    state.lost = true;
  });
  state.card = makeCard(ground, home, wanted.id, (words) =>
    state.engine.metadata(words).catch((err: unknown) => troubled(state, err, "a title could not be told")),
  );
  const deaf = state.engine.on((event) => hear(state, event));
  void begin(state);
  return {
    channel: wanted.id,
    token,
    want(now) {
      state.wanted = now;
      void follow(state).catch((err: unknown) =>
        troubled(state, err, "a channel could not follow what is wanted of it"),
      );
    },
    look: () => look(state),
    lost: () => state.lost,
    async stop(how) {
      state.over = true;
      deaf();
      state.log.stop();
      await state.engine.stop(how).catch((err: unknown) => troubled(state, err, "an engine could not be stopped"));
    },
  };
}

function troubled(state: State, err: unknown, words: string): void {
  if (err instanceof LostLease) {
    state.lost = true;
    return;
  }
  state.house.log.warn({ err, channel: state.wanted.slug, engine: state.engine.name }, words);
}

async function readPlan(state: State): Promise<Plan> {
  const { home, house, wanted } = state;
  const plan = await asHouse(state, home, async (act) => planOf(act, wanted, await openDestinations(act, wanted.id)));
  return planHere(house, home.workspaceId, plan);
}

async function begin(state: State): Promise<void> {
  state.startedAt = state.house.sources.now();
  try {
    state.plan ??= await readPlan(state);
    if (!state.over) await state.engine.start(state.plan);
  } catch (err) {
    troubled(state, err, "an engine could not be started");
  }
}

/** What changed in what people want is done, whatever plays. */
async function follow(state: State): Promise<void> {
  const { wanted, engine } = state;
  if (state.over || !state.plan) return;
  if (wanted.restartAt && wanted.restartAt > state.startedAt) {
    state.startedAt = state.house.sources.now();
    await engine.restart();
  }
  if (wanted.skip !== undefined && wanted.skip !== state.skipped) {
    state.skipped = wanted.skip;
    await engine.skip(wanted.skip);
  }
  const emergency = wanted.emergencyAt !== undefined;
  if (emergency !== state.emergency) {
    state.emergency = emergency;
    // What plays is cut short for what is due now.
    await next(state, true);
    const { item } = await engine.status();
    if (item !== undefined) await engine.skip(item);
  }
  const plan = await readPlan(state);
  if (JSON.stringify(plan) === JSON.stringify(state.plan)) return;
  state.plan = plan;
  await engine.change(plan);
}

/** Gives the engine what comes next. The same answer twice is one item to it. */
async function next(state: State, urgent = false): Promise<void> {
  if (state.asking && !urgent) return;
  state.asking = true;
  try {
    const { id: channel } = state.wanted;
    const claimed = await asHouse(state, state.home, (act) => claimNext(act, { channel, token: state.token }));
    if (!claimed || state.over) return;
    const here = await itemHere(state.house, state.home.workspaceId, itemOf(claimed));
    const item = await listened(claimed, here);
    state.items.set(item.id, claimed);
    if (state.items.size > 50) state.items.delete(state.items.keys().next().value!);
    await state.engine.push(item);
  } finally {
    state.asking = false;
  }
}

function hear(state: State, event: Heard): void {
  if (state.over) return;
  const { log, wanted, token, items } = state;
  const channel = wanted.id;
  const write = (work: (act: Act, at: Date) => Promise<unknown>, key?: string) => log.write(event.at, work, key);
  const item = event.item ?? "";
  if (event.kind === "wants-next") {
    // It may be over before listeners hear it: what was handed before is written first.
    log.flush(item);
    log.after(() => next(state));
  } else if (event.kind === "heard") {
    write((act, at) => heard(act, { channel, item, token, at }), item);
    const { title = "", artist } = items.get(item) ?? {};
    state.card.heard({ title, ...(artist === undefined ? {} : { artist }) });
  } else if (event.kind === "ended") {
    write((act, at) => ended(act, { channel, item, token, at }), item);
  } else if (event.kind === "failed") {
    const why = event.why ?? "";
    log.flush(item);
    write((act, at) => failed(act, { channel, item, token, at, why }));
  } else if (event.kind === "silent") {
    write((act, at) => silent(act, { channel, token, at, ms: event.ms ?? 0, why: event.why ?? "" }));
  } else if (event.kind === "sound") {
    write((act, at) => back(act, { channel, token, at }));
  } else {
    state.house.log.warn({ channel: wanted.slug, what: event.kind, why: event.why, of: event.item }, "on the air");
    if (event.kind === "encoder") state.fell = event.why ?? "";
    // Not at its turn: now.
    void look(state);
  }
}

async function look(state: State): Promise<void> {
  if (state.busy || state.over) return;
  state.busy = true;
  try {
    const status = await state.engine.status();
    await act(state, status);
    await tell(state, status);
    if (state.plan) await state.card.look(state.plan);
  } catch (err) {
    troubled(state, err, "a channel could not be looked after");
  } finally {
    state.busy = false;
  }
}

const quietOf = (state: State, { lastFrameAt }: Status): number | undefined =>
  lastFrameAt === undefined ? undefined : Math.max(0, state.wall() - lastFrameAt);

async function act(state: State, status: Status): Promise<void> {
  const at = state.elapsed();
  const reading = {
    at,
    running: status.state !== "failed",
    quietMs: quietOf(state, status),
    speed: status.speed,
    silenceMs: status.silenceMs,
    item: status.item,
    destinations: Object.entries(status.destinations).map(([id, d]) => ({
      id,
      state: d.state,
      forMs: state.wall() - d.since,
    })),
    memory: state.used(),
  };
  const seen = watch(reading, state.memory, state.house.sources.random());
  state.memory = seen.memory;
  for (const action of seen.actions) {
    state.house.log.warn({ channel: state.wanted.slug, ...action }, "the watch acts");
    if (action.do === "restart") {
      state.fell ??= action.why;
      await anew(state, status);
    } else if (action.do === "roll") await state.roll(action.why);
    else if (action.do === "skip") await state.engine.skip(action.item);
    else if (action.do === "republish" && action.destination !== "hls")
      await state.engine.republish(action.destination);
  }
}

/** Its encoder alone while the rest of it lives; all of it when its process is gone. */
async function anew(state: State, status: Status): Promise<void> {
  if (status.starts > 0 && status.state !== "off") await state.engine.restart();
  else await begin(state);
}

/** What people see of it, under the token. */
async function tell(state: State, status: Status): Promise<void> {
  const quiet = quietOf(state, status);
  const sounding = status.state === "on" && quiet !== undefined && quiet < FRESH_MS && status.silenceMs < FRESH_MS;
  const destinations = Object.entries(status.destinations)
    .filter(([id]) => id !== "hls")
    .map(([id, d]) => ({
      id,
      state: d.state === "starting" ? ("connecting" as const) : d.state,
      ...(d.note === undefined ? {} : { note: d.note }),
    }));
  const { fell } = state;
  const shown = fell !== undefined ? "failed" : status.state === "off" ? "starting" : status.state;
  const trouble = fell ?? status.destinations.hls?.note;
  const words = JSON.stringify([shown, sounding, trouble, destinations]);
  const at = state.elapsed();
  if (words === state.reported.words && at - state.reported.at < REPORT_MS) return;
  state.reported = { at, words };
  await asHouse(state, state.home, (act) =>
    report(act, {
      channel: state.wanted.id,
      token: state.token,
      status: shown,
      note: trouble ?? "",
      at: act.now,
      sounding,
      destinations,
    }),
  );
  if (state.fell === fell) state.fell = undefined;
}
