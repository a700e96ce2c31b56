// Liquidsoap as an engine: its own commands over HTTP (`server.harbor`, POST /telnet). What it is told is made of ids and of
// paths of ours alone: a title, or anything else that a person wrote, never gets there, since a line break would be a command.
import type { Item, Playout } from "../../playout.ts";
import { askedPlayout } from "./common.ts";

export type LiquidsoapOptions = {
  url: string;
  /** Sent as X-Liquidsoap-Api-Key. */
  key?: string | undefined;
  /** The id of its `request.queue`, and of the output whose `skip` ends what plays. */
  queue?: string;
  output?: string;
  everyMs?: number;
  wall(): number;
};

const ANSWER_MS = 5_000;
const LOOK_MS = 2_000;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Paths that we made: no quote, no space, no scheme, nothing that its language reads. */
const PATH = /^(\/[\w.-]+)+$/;
const NAME = /^\w{1,40}$/;
const OURS = /^impresario="([0-9a-f-]{36})"$/;

/** The one request that is ever made: `annotate` with our id, and a file. */
export function requestOf({ id, file, seconds }: Pick<Item, "id" | "file" | "seconds">): string {
  if (!ID.test(id) || !PATH.test(file) || file.split("/").includes(".."))
    throw new Error("Liquidsoap is given ids and paths of ours alone.");
  return `annotate:impresario="${id}"${seconds === undefined ? "" : `,duration="${Number(seconds)}"`}:${file}`;
}

export function liquidsoapPlayout(options: LiquidsoapOptions): Playout {
  const { url, key, queue = "impresario", output = "radio", everyMs = LOOK_MS, wall } = options;
  if (!NAME.test(queue) || !NAME.test(output)) throw new Error("A name of Liquidsoap is one word.");

  async function command(line: string): Promise<string[]> {
    const answer = await fetch(new URL("/telnet", url), {
      method: "POST",
      body: line,
      headers: key === undefined ? {} : { "x-liquidsoap-api-key": key },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!answer.ok) throw new Error(`Liquidsoap says ${answer.status}.`);
    const lines = (await answer.text()).split(/\r?\n/).map((l) => l.trim());
    return lines.filter((l) => l !== "" && l !== "END");
  }

  /** Its own numbers of what we gave it. */
  const numbers = new Map<string, string>();

  return askedPlayout({
    name: "liquidsoap",
    everyMs,
    wall,
    async playing() {
      const [rids = ""] = await command("request.on_air");
      for (const rid of rids.split(/\s+/).filter((r) => /^\d+$/.test(r))) {
        const lines = await command(`request.metadata ${rid}`);
        const id = lines.map((l) => OURS.exec(l)?.[1]).find((one) => one !== undefined);
        if (id === undefined) continue;
        numbers.delete(id);
        return { id, sinceMs: 0 };
      }
      return { id: undefined, sinceMs: 0 };
    },
    async give(item) {
      const [rid = ""] = await command(`${queue}.push ${requestOf(item)}`);
      if (!/^\d+$/.test(rid)) throw new Error("Liquidsoap did not take it.");
      numbers.set(item.id, rid);
    },
    async lost({ id }) {
      const rid = numbers.get(id);
      if (rid === undefined) return false;
      const [alive = ""] = await command("request.alive");
      if (alive.split(/\s+/).includes(rid)) return false;
      // It may have begun since it was asked what plays.
      const lines = await command(`request.metadata ${rid}`);
      if (lines.some((l) => OURS.test(l))) return false;
      return numbers.delete(id);
    },
    skip: async () => void (await command(`${output}.skip`)),
    restart: async () => void (await command("uptime")),
  });
}
