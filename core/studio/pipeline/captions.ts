// Captions beside a film: WebVTT for the web, SubRip for everything else. The words are words: no mark in them means anything.
import type { Cue } from "./timeline.ts";

const pad = (value: number, width: number) => String(value).padStart(width, "0");

function clock(seconds: number, mark: string): string {
  const ms = Math.max(0, Math.round(seconds * 1000));
  return `${pad(Math.floor(ms / 3_600_000), 2)}:${pad(Math.floor(ms / 60_000) % 60, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}${mark}${pad(ms % 1000, 3)}`;
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim();

export const vtt = (cues: readonly Cue[]): string =>
  `WEBVTT\n\n${cues
    .map(({ from, to, text }, n) => {
      const words = oneLine(text).replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]!);
      return `${n + 1}\n${clock(from, ".")} --> ${clock(to, ".")}\n${words}\n`;
    })
    .join("\n")}`;

/** It has no way to write its own marks as letters: they become others that look alike. */
const ALIKE: Record<string, string> = { "<": "‹", ">": "›", "{": "❴", "}": "❵" };

export const srt = (cues: readonly Cue[]): string =>
  cues
    .map(({ from, to, text }, n) => {
      const words = oneLine(text).replace(/[<>{}]/g, (c) => ALIKE[c]!);
      return `${n + 1}\n${clock(from, ",")} --> ${clock(to, ",")}\n${words}\n`;
    })
    .join("\n");
