// A second ledger, written apart from the first: plain maps, one order after another. What it says, the real one must say.
import type { Order } from "../core/money/index.ts";

export type Verdict =
  | "posted"
  | "repeated"
  | "clash"
  | "missing"
  | "unfit"
  | "closed"
  | "expired"
  | "too much"
  | "short";

type Pot = { held: bigint; coming: bigint; balance: bigint };
type Entry = { pot: string; by: bigint };
type Deed = {
  id: string;
  mode: string;
  print: string;
  posted: Entry[];
  held: Entry[];
  until: number;
  closed: boolean;
  back: Map<string, bigint>;
  day: string;
  about: Readonly<Record<string, string>>;
};

/** Grows by what is taken in: what we have and spend. All others grow by what is given. */
const TAKING = /^(cash|cost|share|outside):|^income:[^:]+:(refund|dispute|fee)$/;
const FLOORED = /^(credit|budget|pool|payout):/;
const TRACKED = /^(income|cost|share|fee|payable|credit|pool):/;
const DAILY = ["channel", "product", "platform"];
const MONTHLY = ["person", "asset", "campaign"];

export function openAuditor() {
  const pots = new Map<string, Pot>();
  const deeds = new Map<string, Deed>();
  const byKey = new Map<string, Deed>();
  const sums = new Map<string, bigint>();

  const potOf = (name: string): Pot => {
    const pot = pots.get(name) ?? { held: 0n, coming: 0n, balance: 0n };
    pots.set(name, pot);
    return pot;
  };
  const entry = ({ account, currency, amount }: { account: string; currency: string; amount: bigint }): Entry => ({
    pot: `${account} ${currency}`,
    by: TAKING.test(account) ? amount : -amount,
  });
  const added = (entries: readonly Entry[]): Map<string, bigint> => {
    const found = new Map<string, bigint>();
    for (const { pot, by } of entries) found.set(pot, (found.get(pot) ?? 0n) + by);
    return found;
  };

  /** What must hold whatever was done before: it looks at the one it is about, and at nothing that moves. */
  function senseless(order: Order, of: Deed | undefined): Verdict | undefined {
    if (!("of" in order)) return undefined;
    if (!of) return "missing";
    if (order.mode === "reverse") return undefined;
    if (of.mode !== "hold") return "unfit";
    if (order.mode === "void" || !order.legs) return undefined;
    const most = added(of.held);
    for (const [pot, by] of added(order.legs.map(entry))) {
      const bound = most.get(pot) ?? 0n;
      if (bound < 0n ? by > 0n || by < bound : by < 0n || by > bound) return "too much";
    }
    return undefined;
  }

  function refused(order: Order, of: Deed | undefined, now: number): Verdict | undefined {
    if (!of) return undefined;
    if (order.mode === "reverse" && of.mode !== "post" && of.mode !== "settle") return "unfit";
    if (order.mode !== "reverse" && of.closed) return "closed";
    if (order.mode === "settle" && of.until <= now) return "expired";
    if (order.mode !== "reverse") return undefined;
    const was = added(of.posted);
    for (const [pot, by] of added(postedBy(order, of))) {
      const original = was.get(pot);
      const after = (of.back.get(pot) ?? 0n) + by;
      if (original === undefined || original * by > 0n || after * after > original * original) return "too much";
    }
    return undefined;
  }

  function postedBy(order: Order, of: Deed | undefined): Entry[] {
    if (order.mode === "hold" || order.mode === "void") return [];
    if ("legs" in order && order.legs) return order.legs.map(entry);
    if (order.mode === "settle") return of!.held;
    const left = [...added(of!.posted)].map(([pot, by]) => ({ pot, by: -by - (of!.back.get(pot) ?? 0n) }));
    return left.some(({ by }) => by !== 0n) ? left : of!.posted.map(({ pot, by }) => ({ pot, by: -by }));
  }

  function tooShort(order: Order, posted: Entry[], held: Entry[], freed: Entry[]): boolean {
    const less = [
      ...posted,
      ...held.filter(({ by }) => by < 0n),
      ...freed.filter(({ by }) => by < 0n).map(({ pot, by }) => ({ pot, by: -by })),
    ];
    const legs = "legs" in order ? (order.legs ?? []) : [];
    return [...added(less)].some(([pot, by]) => {
      if (by >= 0n) return false;
      const asked = legs.filter((leg) => `${leg.account} ${leg.currency}` === pot).flatMap(({ least }) => least ?? []);
      const floors = [...asked, ...(FLOORED.test(pot) ? [0n] : [])];
      const { balance, held: kept } = potOf(pot);
      return floors.some((floor) => balance - kept + by < floor);
    });
  }

  function sum(deed: Deed, posted: readonly Entry[]) {
    for (const { pot, by } of posted) {
      if (!TRACKED.test(pot)) continue;
      const month = `${deed.day.slice(0, 7)}-01`;
      const count = (name: string) => sums.set(name, (sums.get(name) ?? 0n) + by);
      for (const name of ["", ...DAILY, ...MONTHLY]) {
        const thing = name === "" ? "" : deed.about[name];
        if (thing === undefined) continue;
        count(`${name} month ${month} ${pot} ${thing}`);
        if (!MONTHLY.includes(name)) count(`${name} day ${deed.day} ${pot} ${thing}`);
      }
    }
  }

  function put(order: Order, id: string, now: Date): Verdict {
    const of = "of" in order ? deeds.get(order.of) : undefined;
    const print = JSON.stringify({ ...order, mode: order.mode ?? "post" }, (name, value: unknown) =>
      name === "least" ? undefined : typeof value === "bigint" ? String(value) : value,
    );
    const nonsense = senseless(order, of);
    if (nonsense) return nonsense;
    const there = byKey.get(`${order.scope} ${order.key}`);
    if (there) return there.print === print ? "repeated" : "clash";
    const no = refused(order, of, now.getTime());
    if (no) return no;
    const posted = postedBy(order, of);
    const held = order.mode === "hold" ? order.legs.map(entry) : [];
    const freed = order.mode === "settle" || order.mode === "void" ? of!.held : [];
    if (tooShort(order, posted, held, freed)) return "short";
    const until = order.mode === "hold" && order.until ? order.until.getTime() : Number.POSITIVE_INFINITY;
    const day = (order.at ?? now).toISOString().slice(0, 10);
    const mode = order.mode ?? "post";
    const deed: Deed = {
      id,
      mode,
      print,
      posted,
      held,
      until,
      closed: false,
      back: new Map(),
      day,
      about: order.about ?? {},
    };
    deeds.set(id, deed);
    byKey.set(`${order.scope} ${order.key}`, deed);
    for (const { pot, by } of posted) potOf(pot).balance += by;
    for (const [entries, sign] of [
      [held, 1n],
      [freed, -1n],
    ] as const)
      for (const { pot, by } of entries) {
        if (by < 0n) potOf(pot).held -= sign * by;
        else potOf(pot).coming += sign * by;
      }
    if (of && order.mode !== "reverse") of.closed = true;
    if (of && order.mode === "reverse")
      for (const [pot, by] of added(posted)) of.back.set(pot, (of.back.get(pot) ?? 0n) + by);
    sum(deed, posted);
    return "posted";
  }
  return { put, pots, sums, deeds };
}
