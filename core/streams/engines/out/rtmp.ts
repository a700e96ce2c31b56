// A destination that takes RTMP: its own ffmpeg puts the encoder's sound and a picture that was drawn before into FLV, both
// as they are. One that hangs or refuses keeps nobody else waiting.
import { join } from "node:path";
import type { Ffmpeg, Running } from "../../../ffmpeg/index.ts";
import type { Line, LineTold } from "./line.ts";
import { calledOf, openTunnel, type Remote, remoteOf, type Tunnel } from "./tunnel.ts";
import { maskOf } from "./unmask.ts";

/** In the channel's folder: the picture that is shown, again and again; replaced while it runs. */
export const PICTURE = "picture.mp4";
export const PICTURES = "pictures.txt";
/**
 * ffmpeg does not begin a list anew when it is over, whatever it is told, and opens each file when its turn comes: the list
 * is longer than any broadcast. Fifty thousand times four seconds are 55 hours.
 */
export const pictureList = (): string => `ffconcat version 1.0\n${`file '${PICTURE}'\n`.repeat(50_000)}`;
/** Twitch ends a broadcast after 48 hours by itself. */
const LONGEST_MS = 47 * 3_600_000;
/** A frame every five seconds at least, or a platform takes us for dead; the server has to take some of it in that time. */
const STALLED_MS = 10_000;
const LIVE_BYTES = 24_000;
const MOST_WAITING = 1024 * 1024;
/** Unclean, as a cut cable: Twitch then holds the broadcast open until we are back. */
const LOOK_MS = 500;

type Clock = { elapsed(): number; random(): number };

export function openRtmp(ffmpeg: Ffmpeg, address: string, folder: string, clock: Clock, told: LineTold): Line {
  const remote = remoteOf(address);
  const { elapsed: now } = clock;
  const mask = maskOf(remote.key, clock.random);
  let [over, live] = [false, false];
  let running: Running | undefined;
  let tunnel: Tunnel | undefined;
  const began = now();
  let [moved, before] = [began, 0];
  const end = () => {
    over = true;
    clearInterval(look);
    running?.kill();
    tunnel?.close();
  };
  const fail = (why: string) => {
    if (over) return;
    end();
    told.failed(why);
  };
  const look = setInterval(() => {
    const sent = tunnel?.sent() ?? 0;
    if (sent > before) moved = now();
    before = sent;
    if (!live && sent > LIVE_BYTES) {
      live = true;
      told.live();
    }
    if (now() - began > LONGEST_MS) fail("It was live for two days, and begins anew.");
    if (now() - moved > STALLED_MS) fail("The server takes nothing any more.");
  }, LOOK_MS);
  openTunnel(remote, mask, fail).then(
    (opened) => {
      tunnel = opened;
      if (over) return opened.close();
      running = ffmpeg.spawn(argumentsOf(remote, mask, opened.port, folder), {
        priority: "normal",
        formats: ["concat"],
        protocols: ["tcp", "rtmp"],
      });
      running.stdout.resume();
      running.ended.then(({ code, signal, stderr }) =>
        fail(`ffmpeg ended (${signal ?? code}): ${stderr.trim().split("\n").at(-1)?.slice(-200) ?? ""}`),
      );
    },
    (error: Error) => fail(error.message),
  );
  return {
    write(frame) {
      if (over || !running) return;
      if (running.stdin.writableLength > MOST_WAITING) return fail("The server is too slow for what is sent.");
      running.stdin.write(frame.bytes);
    },
    words() {},
    stop(how) {
      if (over) return;
      if (how === "drop" || !running) return end();
      over = true;
      clearInterval(look);
      void running.stop(2_000).then(() => tunnel?.close());
    },
  };
}

/** Everybody on the machine can read these: the key is not among them. */
function argumentsOf(remote: Remote, mask: string, port: number, folder: string): string[] {
  return [
    ...["-f", "concat", "-safe", "0", "-i", `file:${join(folder, PICTURES)}`],
    ...["-f", "aac", "-i", "pipe:0", "-map", "0:v", "-map", "1:a", "-c", "copy", "-bsf:a", "aac_adtstoasc"],
    ...["-flush_packets", "1", "-flvflags", "no_duration_filesize", "-f", "flv", "-rtmp_live", "live"],
    ...["-rtmp_tcurl", calledOf(remote), "-rtmp_app", remote.app, "-rtmp_playpath", mask],
    `rtmp://127.0.0.1:${port}/${remote.app}`,
  ];
}
