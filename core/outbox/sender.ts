// What a surface gives us so that its messages leave, and what it is given.
import type { View } from "../view/index.ts";
import type { Learned, Rule } from "./buckets.ts";

/** A message on its way. The same `id` may come twice: hand it to the platform as a nonce where it takes one. */
export type Outgoing = {
  id: string;
  workspaceId: string;
  tenant: string;
  place: string;
  subject: string;
  kind: "post" | "edit" | "answer" | "delete";
  /** Missing only when something is deleted. */
  view: View | null;
  hints: Record<string, unknown>;
  /** How often it was tried before. */
  attempts: number;
  /** What an earlier try has sent of it already. */
  external: string | null;
  /** The message to edit or delete: what its sending answered, and the hints it was sent with. */
  target: { id: string; external: string; hints: Record<string, unknown> } | null;
};

export type Sent = {
  /** The platform's id of the message. Without it the message cannot be edited later. An edit may change it. */
  external?: string;
  /** What could not be shown there, in words for the log. */
  lost?: string[];
  /** What the reply's headers said about the pace. */
  learned?: Learned;
};

/** Trouble in the middle: what of the message is there already, so that the next try goes on from it. */
export class Half extends Error {
  readonly external: string;
  constructor(external: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.external = external;
  }
}

/**
 * `retry`: the platform is busy or away; it said for how long, or not. `gone`: the place is closed to us for good.
 * `moved`: the place has another id now. `refused`: this message will never be taken. `unknown`: anything else; tried
 * again a few times. `external`: what was sent of it before the trouble came.
 */
export type Trouble = { external?: string } & (
  | { kind: "retry"; after?: number; bucket?: string; everywhere?: boolean; learned?: Learned }
  | { kind: "gone" }
  | { kind: "moved"; to: string }
  | { kind: "refused"; why?: string }
  | { kind: "unknown" }
);

export type Sender = {
  surface: string;
  /** Sends one message. It is given up after some seconds (`signal`); it may have arrived all the same. */
  send(message: Outgoing, signal: AbortSignal): Promise<Sent>;
  /** What an error of `send` means; of a `Half`, what caused it. */
  classify(error: unknown): Trouble;
  /** Messages of one bucket share a pace. By default each place has its own. */
  bucketOf?(message: Outgoing): string;
  /** The platform does not count it among all messages; the pace of its bucket holds. */
  free?(message: Outgoing): boolean;
  /** The pace before anything was learned: for all messages, and for each bucket. */
  pace?: { all?: Rule; each?: Rule };
};
