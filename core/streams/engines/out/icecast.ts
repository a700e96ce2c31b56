// A source of an Icecast server: the encoder's frames over one connection, and titles by its own door.
import { request as http } from "node:http";
import { request as https } from "node:https";
import type { Socket } from "node:net";
import type { Words } from "../../playout.ts";
import type { Codec } from "./frames.ts";
import { TYPES } from "./frames.ts";
import type { Line, LineTold } from "./line.ts";

/** What a listener there would hear late anyway: a server that takes no bytes for so long is not there. */
const MOST_WAITING = 512 * 1024;
const ANSWER_MS = 10_000;

type Door = { url: URL; auth: string; begin: typeof http };

/** `icecast://`, `icecasts://`, `http://` or `https://`, with the source's name and password. */
export function doorOf(address: string): Door {
  const url = new URL(address.replace(/^icecast(s?):/i, (_, s: string) => `http${s}:`));
  const name = decodeURIComponent(url.username) || "source";
  const auth = `Basic ${Buffer.from(`${name}:${decodeURIComponent(url.password)}`).toString("base64")}`;
  url.username = "";
  url.password = "";
  return { url, auth, begin: url.protocol === "https:" ? https : http };
}

/** No line break, nothing that is not a letter of a header. */
const header = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);

export function openIcecast(address: string, codec: Codec, channel: { name: string }, told: LineTold): Line {
  const { url, auth, begin } = doorOf(address);
  const headers = {
    authorization: auth,
    "content-type": TYPES[codec],
    "ice-name": header(channel.name),
    "ice-public": "0",
    "user-agent": "Impresario",
  };
  const asked = begin(url, { method: "PUT", headers });
  // Icecast before 2.5 knows no chunked requests: the sound is sent as it is, until the line ends.
  asked.useChunkedEncodingByDefault = false;
  // Given with the others, it would send them before that is known.
  asked.setHeader("expect", "100-continue");
  let [live, over] = [false, false];
  let socket: Socket | undefined;
  const titles = teller({ url, auth, begin });
  const fail = (why: string) => {
    if (over) return;
    over = true;
    asked.destroy();
    told.failed(why);
  };
  const ready = () => {
    if (live || over) return;
    live = true;
    clearTimeout(timer);
    told.live();
  };
  const timer = setTimeout(() => fail("The server does not answer."), ANSWER_MS);
  asked.on("socket", (s) => {
    socket = s;
    s.setNoDelay(true);
  });
  asked.on("continue", ready);
  asked.on("response", (answer) => {
    answer.resume();
    // Icecast itself says 200 after 100, and goes on taking what we send.
    if (answer.statusCode === 200) ready();
    else fail(`The server says ${answer.statusCode}.`);
  });
  asked.on("error", (error) => fail(error.message));
  asked.on("close", () => {
    clearTimeout(timer);
    fail("The server closed the connection.");
  });
  asked.flushHeaders();
  return {
    write(frame) {
      if (!live || over) return;
      if (asked.writableLength + (socket?.writableLength ?? 0) > MOST_WAITING)
        return fail("The server takes nothing any more.");
      asked.write(frame.bytes);
    },
    words: (words) => void (live && !over && titles(songOf(words))),
    stop(how) {
      over = true;
      clearTimeout(timer);
      if (how === "end") asked.end();
      else asked.destroy();
    },
  };
}

const songOf = ({ title, artist }: Words): string =>
  // Icecast repeats it in its own JSON as it is: a control character there breaks it for everybody.
  [artist, title]
    .filter(Boolean)
    .join(" - ")
    .replace(/[\s\p{C}]+/gu, " ")
    .slice(0, 300);

/** One after the other, so that the last one stays; of those that wait, only that. */
function teller(door: Door): (song: string) => void {
  let [said, next, busy] = ["", "", false];
  const tell = async () => {
    busy = true;
    while (next !== said) {
      said = next;
      await tellTitle(door, said);
    }
    busy = false;
  };
  return (song) => {
    // A ballot on the card moves every few seconds: the title is the same.
    next = song;
    if (!busy) void tell();
  };
}

/** It may be lost: the next track brings the next title. */
function tellTitle({ url, auth, begin }: Door, song: string): Promise<void> {
  const door = new URL("/admin/metadata", url);
  door.search = new URLSearchParams({ mode: "updinfo", mount: url.pathname, charset: "UTF-8", song }).toString();
  return new Promise((done) => {
    const asked = begin(door, { headers: { authorization: auth }, timeout: ANSWER_MS });
    asked.on("response", (answer) => answer.resume());
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => {});
    asked.on("close", () => done());
    asked.end();
  });
}
