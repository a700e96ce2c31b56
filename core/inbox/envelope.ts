// What every surface decodes its payloads to, and what every answer is.
import type { Place } from "../act.ts";
import type { Outcome } from "../command/index.ts";

export type Content =
  | {
      kind: "command";
      name: string;
      options: Record<string, unknown>;
      proposed?: boolean;
      /** Only its form is wanted, with what was given so far: nothing is run. */
      asks?: boolean;
    }
  | { kind: "press"; token: string; input?: Record<string, unknown> };

export type Envelope = {
  surface: string;
  /** The server, team or bot the message came through; for HTTP, the token. */
  tenant: string;
  /** The chat it was said in: its lane. */
  place: string;
  /** The platform's own id of this message; a second one with it is the same message. Empty: it has none. */
  delivery: string;
  /** `roles` are the platform's own (Discord roles, Slack user groups); a workspace says what they stand for. */
  account: {
    id: string;
    name?: string;
    locale?: string;
    roles?: string[];
    /** When the platform says that the account was made, and that it came to this server or team. */
    born?: string;
    joined?: string;
  };
  /** When the platform says that it was said, where it does. */
  at?: string;
  /** A server or a team belongs to one workspace as a whole: connecting here connects all its places. */
  whole?: boolean;
  content: Content;
  /** What the surface needs to answer this very message: a reply token, a thread, the message a button was on. */
  hints?: Record<string, unknown>;
  /** The answer is for whoever asked alone, and goes to them by a way of its own: it waits for nothing in the place. */
  apart?: boolean;
  /** Whether the answer is sent by us. HTTP and the web fetch theirs; everything else is sent to. */
  push?: boolean;
};

/** Who speaks, and where. */
export type Speaker = Pick<Envelope, "surface" | "tenant" | "place" | "whole" | "account">;

/** Whose rows, and who asks: known before the work begins. */
export type Caller = { workspaceId: string; personId: string };

export type Reply = Outcome & {
  run: string;
  /** It shows what is shown only once: whoever passes it on keeps no copy. */
  shownOnce?: true;
};

export const placeOf = (e: Pick<Envelope, "surface" | "tenant" | "place" | "whole">): Place => ({
  surface: e.surface,
  tenant: e.tenant,
  external: e.place,
  ...(e.whole ? { whole: true } : {}),
});

/** What an act is told of the message that made it. */
export const saidOf = ({ account, at }: Envelope) => ({ account: account.id, ...(at ? { saidAt: new Date(at) } : {}) });
