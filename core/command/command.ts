// A command, whole: data that every surface can read before anything runs, and one function.
import type { Act, Role } from "../act.ts";
import type { Refusal } from "../problem.ts";
import type { View } from "../view/index.ts";
import type { Options, Parsed } from "./option.ts";
import type { Registry } from "./registry.ts";

/** What a run may do to the world. Agents, words and MCP ask a person before any of these. */
export type Effect = "spend" | "publish" | "pay" | "access" | "delete";

export type Answer =
  | View
  | {
      view: View;
      data?: Record<string, unknown>;
      job?: string;
      /** What only the very first reply shows in place of view and data, such as a token: it is stored nowhere. */
      once?: Once;
    }
  /** The answer is no, and what was written stays: a wrong guess counts. Throw a Refusal to undo instead. */
  | { refusal: Refusal };
export type Once = { view: View; data: Record<string, unknown> };

export type Declaration<O extends Options> = {
  /** One or two words, lower case: "generate song". */
  name: string;
  /** What it does, in words that fit a platform's hundred characters. The key of its translations. */
  says: string;
  options?: O;
  /** The least role that may run it. */
  role: Role;
  /** Decides the acknowledgement before anything runs: who sees the answer. */
  reply?: "public" | "private";
  /** Its private answer is a few words that nobody needs to keep: they may be shown in passing. */
  brief?: true;
  effects?: readonly Effect[];
  /** `always`: ask before running, whoever calls. */
  confirm?: "always";
  /** Changes nothing: no audit row, safe to run twice. */
  reads?: boolean;
  /** Nobody reaches it through an agent, MCP or words: roles, keys, payouts, webhooks. */
  agents?: "never";
  /** Again only after so many seconds. */
  cooldown?: { seconds: number; per: "person" | "workspace" };
  /** Answered in places that no workspace owns yet. */
  unbound?: boolean;
  /** Only a button of ours runs it: in no list, no help, no platform's menu. */
  hidden?: boolean;
  /** Offered on a person or on a message, where the platform has such menus: whom, or what was said, fills the option. */
  on?: { person?: keyof O & string; message?: keyof O & string };
  /** Lines a person might type, without the slash. */
  examples?: readonly string[];
  /**
   * What a crowd does at once: presses of it that follow each other in a chat are run as one, with an answer for each, in
   * their order, as if each had been run by itself. Options that are the same are looked up once for all who gave them.
   * When it throws, each is run by itself. Not with a cool-down, nor where a person is asked first.
   */
  together?(calls: readonly { options: Parsed<O>; act: Act }[]): Promise<Answer[]>;
  run(call: {
    options: Parsed<O>;
    act: Act;
    confirmed: boolean;
    raw: Record<string, unknown>;
    /** Where the command itself was found: for help, which is about the others. */
    commands: Registry;
  }): Promise<Answer> | Answer;
};

type Run = {
  options: never;
  act: Act;
  confirmed: boolean;
  raw: Record<string, unknown>;
  commands: Registry;
};

export type Joint = { options: never; act: Act };
export type Command = Omit<Declaration<Options>, "options" | "run" | "together" | "reply" | "effects" | "examples"> & {
  options: Options;
  together?(calls: readonly Joint[]): Promise<Answer[]>;
  reply: "public" | "private";
  effects: readonly Effect[];
  examples: readonly string[];
  run(call: Run): Promise<Answer> | Answer;
};

export function command<O extends Options>(declared: Declaration<O>): Command {
  const { on, together, ...rest } = declared;
  return {
    reply: "public",
    effects: [],
    examples: [],
    ...rest,
    ...(on ? { on: on as NonNullable<Command["on"]> } : {}),
    ...(together ? { together: together as unknown as NonNullable<Command["together"]> } : {}),
    options: declared.options ?? {},
    run: declared.run as unknown as Command["run"],
  };
}
