// The providers of this installation: one for each key that is set, and our own machine. A new one is a file here and
// a line below; nothing else in the house knows its name.
import type { Provider } from "../provider.ts";
import { localProvider } from "./local.ts";
import { minimax } from "./minimax.ts";

/** Reads a variable of the environment; what cannot be parsed is told at the start, by its name. */
export type Read = <T>(name: string, parse: (value: string) => T, right: string) => T | undefined;
export type Opening = { read: Read };

type Open = (opening: Opening) => Provider | undefined;

const ALL: readonly Open[] = [minimax, localProvider];

export const openProviders = (opening: Opening): Provider[] => ALL.flatMap((open) => open(opening) ?? []);
