// OBS Studio as an engine of a channel, over obs-websocket 5: a media source of it plays the file of each item, a text source
// shows what plays, its stream output is started and stopped. Titles are values of its text source and nothing else.
import { createHash } from "node:crypto";
import type { Heard, Item, Playout, Status, Words } from "../../playout.ts";
import { ASK_AHEAD_MS } from "../../playout.ts";
import { type Listeners, listeners, OFF } from "./common.ts";

export type ObsOptions = {
  url: string;
  password?: string | undefined;
  /** Its sources of these names: a media source, and a text source. */
  media?: string;
  text?: string;
  wall(): number;
};

/** Outputs (64), media inputs (256) and general (1): what we listen to. */
const SUBSCRIPTIONS = 1 | 64 | 256;
const ANSWER_MS = 5_000;
const LOOK_MS = 2_000;

type Frame = { op: number; d: Record<string, unknown> };

const sha = (text: string) => createHash("sha256").update(text).digest("base64");
export const obsAuthentication = (password: string, salt: string, challenge: string): string =>
  sha(sha(password + salt) + challenge);

type Line = {
  ask(requestType: string, requestData?: object): Promise<Record<string, unknown>>;
  close(): void;
};

/** A line that is identified, or why not. */
function dial(
  { url, password }: ObsOptions,
  event: (type: string, data: Record<string, unknown>) => void,
  lost: () => void,
): Promise<Line> {
  const socket = new WebSocket(url, "obswebsocket.json");
  const waiting = new Map<string, { done(data: Record<string, unknown>): void; fail(error: Error): void }>();
  let number = 0;
  const send = (op: number, d: object) => socket.send(JSON.stringify({ op, d }));
  const line: Line = {
    close: () => socket.close(),
    ask(requestType, requestData = {}) {
      const requestId = String(++number);
      return new Promise((done, fail) => {
        const timer = setTimeout(() => {
          waiting.delete(requestId);
          fail(new Error(`OBS did not answer ${requestType}.`));
        }, ANSWER_MS);
        const end =
          <T>(next: (value: T) => void) =>
          (value: T) => {
            clearTimeout(timer);
            waiting.delete(requestId);
            next(value);
          };
        waiting.set(requestId, { done: end(done), fail: end(fail) });
        send(6, { requestType, requestId, requestData });
      });
    },
  };
  return new Promise((done, fail) => {
    socket.addEventListener("message", ({ data }) => {
      const { op, d } = JSON.parse(String(data)) as Frame;
      if (op === 0) {
        const asked = d.authentication as { challenge: string; salt: string } | undefined;
        const authentication = asked && obsAuthentication(password ?? "", asked.salt, asked.challenge);
        send(1, { rpcVersion: 1, eventSubscriptions: SUBSCRIPTIONS, ...(authentication ? { authentication } : {}) });
      } else if (op === 2) done(line);
      else if (op === 5) event(String(d.eventType), (d.eventData ?? {}) as Record<string, unknown>);
      else if (op === 7) {
        const { result, code, comment } = d.requestStatus as { result: boolean; code: number; comment?: string };
        const asked = waiting.get(String(d.requestId));
        if (result) asked?.done((d.responseData ?? {}) as Record<string, unknown>);
        else asked?.fail(new Error(`OBS refused: ${comment ?? code}`));
      }
    });
    socket.addEventListener("close", ({ code }) => {
      for (const { fail: broken } of [...waiting.values()]) broken(new Error("The line to OBS was cut."));
      fail(new Error(code === 4009 ? "OBS does not know this password." : `OBS cannot be reached (${code}).`));
      lost();
    });
    socket.addEventListener("error", () => {});
  });
}

type State = {
  options: ObsOptions;
  media: string;
  tell: Listeners["tell"];
  line: Line | undefined;
  on: { item: Item; at: number } | undefined;
  next: Item | undefined;
  known: Set<string>;
  bytes: { count: number; at: number | undefined };
  active: boolean;
  starts: number;
  over: boolean;
  asked: number;
};

function note(state: State, kind: Heard["kind"], item?: Item, more: Partial<Heard> = {}): void {
  state.tell({ kind, at: state.options.wall(), ...(item ? { item: item.id } : {}), ...more });
}
const action = (state: State, what: "RESTART" | "STOP") =>
  state.line?.ask("TriggerMediaInputAction", {
    inputName: state.media,
    mediaAction: `OBS_WEBSOCKET_MEDIA_INPUT_ACTION_${what}`,
  });

async function play(state: State, item: Item): Promise<void> {
  state.next = undefined;
  state.asked = 0;
  await state.line?.ask("SetInputSettings", {
    inputName: state.media,
    inputSettings: { is_local_file: true, local_file: item.file, looping: false, restart_on_activate: false },
  });
  await action(state, "RESTART");
  if (state.on?.item.id !== item.id) note(state, "heard", item);
  state.on = { item, at: state.options.wall() };
}

/** Over: the next one, when there is one. */
async function turn(state: State): Promise<void> {
  const { on: was } = state;
  state.on = undefined;
  if (was) note(state, "ended", was.item, { ms: state.options.wall() - was.at });
  if (state.next) await play(state, state.next);
  else note(state, "wants-next");
}

async function look(state: State): Promise<void> {
  if (!state.line || state.over) return;
  const now = state.options.wall();
  const status = await state.line.ask("GetStreamStatus");
  const count = Number(status.outputBytes ?? 0);
  state.active = status.outputActive === true && status.outputReconnecting !== true;
  if (count !== state.bytes.count) state.bytes = { count, at: now };
  const left = state.on ? (state.on.item.seconds ?? 0) * 1000 - (now - state.on.at) : 0;
  if (state.next || left > ASK_AHEAD_MS || now - state.asked < LOOK_MS) return;
  state.asked = now;
  note(state, "wants-next", state.on?.item);
}

async function open(state: State): Promise<void> {
  const heard = (type: string, data: Record<string, unknown>) => {
    if (state.over) return;
    if (type === "MediaInputPlaybackEnded" && data.inputName === state.media) turn(state).catch(troubled(state));
    // Sent twice now and then: what it means is read, not counted.
    if (type === "StreamStateChanged") state.active = data.outputActive === true;
  };
  let line: Line | undefined;
  line = await dial(state.options, heard, () => {
    if (line === undefined || state.line !== line) return;
    state.line = undefined;
    state.active = false;
    if (!state.over) note(state, "encoder", undefined, { why: "The line to OBS was cut." });
  });
  state.line = line;
  const { outputActive } = await line.ask("GetStreamStatus");
  if (outputActive !== true) await line.ask("StartStream");
  state.active = true;
  state.starts++;
}

const troubled = (state: State) => (error: Error) => note(state, "encoder", undefined, { why: error.message });

function statusOf({ over, line, on, bytes, starts, options: { wall } }: State): Status {
  return {
    ...OFF,
    state: over ? "off" : line ? "on" : "failed",
    ...(on ? { item: on.item.id } : {}),
    position: on ? wall() - on.at : 0,
    outBytes: bytes.count,
    starts,
    ...(bytes.at === undefined ? {} : { lastFrameAt: bytes.at }),
  };
}

export function obsPlayout(options: ObsOptions): Playout {
  const { media = "Impresario", text = "Impresario text" } = options;
  const { tell, on } = listeners();
  let timer: NodeJS.Timeout | undefined;
  const state: State = {
    options,
    media,
    tell,
    line: undefined,
    on: undefined,
    next: undefined,
    known: new Set(),
    bytes: { count: 0, at: undefined },
    active: false,
    starts: 0,
    over: true,
    asked: 0,
  };
  return {
    name: "obs",
    on,
    async start() {
      state.over = false;
      if (!state.line) await open(state);
      clearInterval(timer);
      timer = setInterval(() => void look(state).catch(troubled(state)), LOOK_MS);
      note(state, "wants-next");
    },
    async stop(how) {
      state.over = true;
      clearInterval(timer);
      if (how === "end" && state.active) await state.line?.ask("StopStream").catch(() => ({}));
      state.line?.close();
      state.line = undefined;
    },
    async restart() {
      state.line?.close();
      state.line = undefined;
      await open(state);
      if (state.on) await play(state, state.on.item);
    },
    async push(item) {
      if (state.known.has(item.id)) return;
      state.known.add(item.id);
      if (state.on) state.next = item;
      else await play(state, item);
    },
    async skip(item) {
      if (state.on?.item.id !== item) return;
      await action(state, "STOP");
      await turn(state);
    },
    async metadata({ title, artist }: Words) {
      const words = [artist, title].filter(Boolean).join(" – ");
      await state.line?.ask("SetInputSettings", { inputName: text, inputSettings: { text: words } });
    },
    change: async () => {},
    republish: async () => {},
    overlay: async () => {},
    status: async () => statusOf(state),
  };
}
