// The providers of this installation: one for each key that is set, and our own machine. A new one is a file here and
// a line below; nothing else in the house knows its name.
import type { Provider } from "../provider.ts";
import { comfyui } from "./comfyui.ts";
import { elevenlabs } from "./elevenlabs.ts";
import { localProvider } from "./local.ts";
import { minimax } from "./minimax.ts";
import { openai } from "./openai.ts";
import { azure, replicate, stability } from "./others.ts";
import { runway } from "./runway.ts";
import { suno } from "./suno.ts";
import { anthropic, ollama } from "./texts.ts";

/** Reads a variable of the environment; what cannot be parsed is told at the start, by its name. */
export type Read = <T>(name: string, parse: (value: string) => T, right: string) => T | undefined;
export type Opening = { read: Read };

type Open = (opening: Opening) => Provider | undefined;

const ALL: readonly Open[] = [
  minimax,
  suno,
  elevenlabs,
  openai,
  anthropic,
  runway,
  stability,
  replicate,
  azure,
  ollama,
  comfyui,
  localProvider,
];

export const openProviders = (opening: Opening): Provider[] => ALL.flatMap((open) => open(opening) ?? []);
