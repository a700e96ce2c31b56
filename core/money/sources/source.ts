// What pays us, as the books see it: Stripe today. A source proves its calls, says what is true there now, and lists what
// moved. Its calls are hints: what is booked comes from what it answers when asked, so that their order does not matter.
import type { Money } from "../../command/index.ts";

/** Something may have changed there. `id` is the source's own, and is taken once, for ever. */
export type Hint = {
  id: string;
  kind: string;
  /** What it is about there: its id and what sort of thing that is. */
  object: string;
  sort: string;
  at: Date;
};

export const INCOME = ["payment", "refund", "dispute", "dispute_won", "fee"] as const;
export type IncomeKind = (typeof INCOME)[number];

/** One booking of a movement. `back`: what was booked of this kind is taken back, such as a refund that failed. */
export type Step =
  | { is: "income"; kind: IncomeKind; money: Money; back?: true }
  | { is: "move"; kind: string; from: string; to: string; money: Money }
  /** The source changed money itself: this was given, that was got. */
  | { is: "exchange"; gave: Money; got: Money };

/** Money that moved at the source: a fact there, never changed, known by its id. */
export type Movement = {
  id: string;
  object: string;
  kind: string;
  at: Date;
  about: Record<string, string>;
  steps: Step[];
  /** Whose books it is in, where that is not the source itself: an invoice that was paid elsewhere. */
  source?: string;
};

/**
 * Something there that has a life: a dispute, a payout, a subscription. `rank` says how far along the status is: an
 * earlier one never takes the place of a later, whenever it is heard.
 */
export type Thing = { id: string; sort: string; status: string; rank: number; facts: Record<string, string> };

export type Looked = { movements: Movement[]; things: Thing[] };

/** One thing that is offered for money there. */
export type Offer = {
  /** Ours: the same offer is the same there, however often it is made. */
  id: string;
  name: string;
  description: string;
  money: Money;
  every?: "day" | "week" | "month" | "year" | undefined;
  /** What the money is booked under when it comes. */
  about: Record<string, string>;
};
export type Offered = { product: string; price: string; link: string; url: string };

/** What `npm run doctor` says of a source. */
export type Sight = { ok: boolean; what: string; mend?: string };

export type Wire = { headers: Headers; body: Buffer };

export type MoneySource = {
  name: string;
  /** The slug of the workspace whose money it is. */
  workspace: string;
  /** It has a key: it can be asked, and not only heard. */
  ready: boolean;
  /** Why a call is not the source's own, or what it hints at; undefined: genuine, and nothing of ours. */
  heard(call: Wire, now: Date): { refused: string } | { hint: Hint | undefined };
  /** What is true now of what a hint is about. Undefined: it is not there. Throws `SourceAway`, `SourceSays`. */
  look(hint: Pick<Hint, "object" | "sort">, signal?: AbortSignal): Promise<Looked | undefined>;
  /** All hints since then that it still has, oldest first. */
  hints(since: Date, signal?: AbortSignal): AsyncIterable<Hint[]>;
  /** All that moved since then, oldest page last. */
  movements(since: Date, signal?: AbortSignal): AsyncIterable<Movement[]>;
  /** Offers something for money; asked twice, it is offered once. */
  offer(offer: Offer, signal?: AbortSignal): Promise<Offered>;
  /** Nobody can pay by this link any more. */
  withdraw(link: string, signal?: AbortSignal): Promise<void>;
  examine(baseUrl: URL | undefined): Promise<Sight[]>;
};

/** It cannot be asked now: it is away, or too busy. Later it can. */
export class SourceAway extends Error {
  /** In seconds. */
  readonly after: number | undefined;
  constructor(message: string, after?: number) {
    super(message);
    this.after = after;
  }
}

/** It answered no, and will again. */
export class SourceSays extends Error {
  readonly status: number;
  readonly code: string;
  constructor(message: string, { status, code }: { status: number; code: string }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
