// What every part of the page may use, handed down once.
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { CommandInfo, Suggestion } from "./api.ts";
import type { Model, State } from "./model.ts";

export type Shared = {
  model: Model;
  complete(command: string, option: string, typed: string): Promise<Suggestion[]>;
  /** Opens the form of a command in the command line. */
  open(command: CommandInfo, values?: Record<string, string>): void;
  focusLine(): void;
};

export const SharedContext = createContext<Shared | undefined>(undefined);

export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (!shared) throw new Error("Outside of the page.");
  return shared;
}

export function useModel(model: Model): State {
  const [, again] = useState(0);
  useEffect(() => model.subscribe(() => again((n) => n + 1)), [model]);
  return model.get();
}
