// Stripe's API over a world of a test: reading with expand and pages, making with idempotency keys, its words for what is
// wrong, and faults on demand.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Thing, World } from "./world.ts";

export type Asked = { method: string; path: string; form: URLSearchParams; key: string | undefined };
/** A status, `hang`: no answer at all, `late`: it is done and the answer is lost. */
export type Fault = number | "hang" | "late" | undefined;

export type StripeEmulator = {
  url: string;
  asked: Asked[];
  /** Asked of each request before it is answered. */
  fault: (asked: Asked) => Fault;
  stop(): Promise<void>;
};

const KEY = "sk_test_emulator";
/** Where each sort of thing lives, and what of it can be expanded (docs.stripe.com/api). */
const PLACES: Record<string, { object: string; expand: readonly string[] }> = {
  balance_transactions: { object: "balance_transaction", expand: ["source"] },
  charges: {
    object: "charge",
    expand: ["balance_transaction", "failure_balance_transaction", "refunds", "payment_intent", "customer"],
  },
  payment_intents: { object: "payment_intent", expand: ["latest_charge", "customer"] },
  refunds: {
    object: "refund",
    expand: ["balance_transaction", "failure_balance_transaction", "charge", "payment_intent"],
  },
  disputes: { object: "dispute", expand: ["charge", "payment_intent"] },
  payouts: { object: "payout", expand: ["balance_transaction", "failure_balance_transaction"] },
  transfers: { object: "transfer", expand: ["balance_transaction"] },
  topups: { object: "topup", expand: ["balance_transaction"] },
  application_fees: { object: "application_fee", expand: ["balance_transaction"] },
  transfer_reversals: { object: "transfer_reversal", expand: ["balance_transaction", "transfer"] },
  invoices: { object: "invoice", expand: ["customer"] },
  invoice_payments: { object: "invoice_payment", expand: ["invoice"] },
  subscriptions: { object: "subscription", expand: ["customer"] },
  "checkout/sessions": { object: "checkout.session", expand: ["payment_intent", "subscription"] },
  events: { object: "event", expand: [] },
  products: { object: "product", expand: [] },
  prices: { object: "price", expand: ["product"] },
  payment_links: { object: "payment_link", expand: [] },
  webhook_endpoints: { object: "webhook_endpoint", expand: [] },
};
const expandable = (object: string) => Object.values(PLACES).find((place) => place.object === object)?.expand ?? [];
const MAKES: Record<string, { prefix: string; needs: readonly string[] }> = {
  products: { prefix: "prod", needs: ["name"] },
  prices: { prefix: "price", needs: ["currency", "product"] },
  payment_links: { prefix: "plink", needs: ["line_items[0][price]"] },
};

class Refused extends Error {
  readonly status: number;
  readonly error: Record<string, unknown>;
  constructor(status: number, type: string, message: string, more: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.error = { type, message, ...more };
  }
}
const invalid = (message: string, more: Record<string, unknown> = {}, status = 400) =>
  new Refused(status, "invalid_request_error", message, more);

export async function startStripe(world: World): Promise<StripeEmulator> {
  const kept = new Map<string, { form: string; body: unknown }>();
  const emulator = { asked: [] as Asked[], fault: (_: Asked): Fault => undefined };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (error instanceof Refused) send(response, error.status, { error: error.error });
      else send(response, 500, { error: { type: "api_error", message: String(error) } });
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://stripe");
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    const form = request.method === "GET" ? url.searchParams : new URLSearchParams(body);
    const key = request.headers["idempotency-key"] as string | undefined;
    const asked = { method: request.method ?? "", path: url.pathname, form, key };
    emulator.asked.push(asked);
    if (request.headers.authorization !== `Bearer ${KEY}`)
      throw invalid("Invalid API Key provided: sk_test_***lator", {}, 401);
    if (!/^\d{4}-\d\d-\d\d\.\w+$/.test(String(request.headers["stripe-version"])))
      throw invalid("Invalid Stripe API version", {});
    const fault = emulator.fault(asked);
    if (fault === "hang") return;
    if (typeof fault === "number") throw faulty(fault);
    const made = asked.method === "GET" ? read(url.pathname, form) : once(asked);
    if (fault === "late") return void request.socket.destroy();
    send(response, 200, made.body, made.again ? { "idempotent-replayed": "true" } : {});
  }

  /** The same key is the same answer; with other words it is refused (docs.stripe.com/api/idempotent_requests). */
  function once({ path, form, key }: Asked): { body: unknown; again: boolean } {
    if (!key) return { body: make(path, form), again: false };
    const before = kept.get(key);
    const words = `${path}?${form}`;
    if (before && before.form !== words)
      throw new Refused(
        400,
        "idempotency_error",
        `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    const body = before?.body ?? make(path, form);
    kept.set(key, { form: words, body });
    return { body, again: before !== undefined };
  }

  function make(path: string, form: URLSearchParams): unknown {
    const [, place = "", of] = /^\/v1\/([\w/]+?)(?:\/(\w+_\w+))?$/.exec(path) ?? [];
    if (of) return Object.assign(find(of, PLACES[place]?.object ?? ""), { active: form.get("active") !== "false" });
    const sort = MAKES[place];
    if (!sort) throw invalid(`Unrecognized request URL (POST: ${path}).`, {}, 404);
    const missing = sort.needs.find((name) => !form.get(name));
    if (missing) throw invalid(`Missing required param: ${missing}.`, { code: "parameter_missing", param: missing });
    const more = Object.fromEntries([...form].filter(([name]) => !name.includes("[")));
    const made = world.make(sort.prefix, PLACES[place]!.object, {
      ...more,
      active: true,
      metadata: inside(form, "metadata"),
    });
    made.data = [...form].map(([name, value]) => `${name}=${value}`);
    if (place === "payment_links") made.url = `https://buy.stripe.com/test_${made.id.slice(6)}`;
    return structuredClone(made);
  }

  function read(path: string, form: URLSearchParams): { body: unknown; again: false } {
    if (path === "/v1/balance") return { body: balance(), again: false };
    const [, place = "", of] = /^\/v1\/((?:checkout\/)?\w+)(?:\/(.+))?$/.exec(path) ?? [];
    const known = PLACES[place];
    if (!known) throw invalid(`Unrecognized request URL (GET: ${path}).`, {}, 404);
    const expand = form.getAll("expand[]");
    if (of === undefined) return { body: list(known.object, path, form, expand), again: false };
    return { body: expanded(find(decodeURIComponent(of), known.object), expand), again: false };
  }

  function find(of: string, object: string): Thing {
    const found = world.things.get(of);
    if (found?.object === object) return found;
    const name = object.replaceAll("_", " ").replaceAll(".", " ");
    throw invalid(`No such ${name}: '${of}'`, { code: "resource_missing", param: "id" }, 404);
  }

  function balance() {
    const available = Object.entries(world.balance()).map(([currency, amount]) => ({ amount, currency }));
    return { object: "balance", available, livemode: false, pending: [] };
  }

  /** Newest first. */
  function list(object: string, path: string, form: URLSearchParams, expand: string[]) {
    const limit = Number(form.get("limit") ?? 10);
    if (!(limit >= 1 && limit <= 100))
      throw invalid("Invalid integer: limit must be between 1 and 100.", { param: "limit" });
    const since = Number(form.get("created[gte]") ?? 0);
    const intent = form.get("payment[payment_intent]");
    const all = (object === "event" ? world.events : [...world.things.values()])
      .filter((thing) => thing.object === object && Number(thing.created) >= since)
      .filter(({ payment }) => !intent || (payment as Record<string, unknown> | undefined)?.payment_intent === intent)
      .toReversed();
    const after = form.get("starting_after");
    const from = after ? all.findIndex(({ id }) => id === after) + 1 : 0;
    const paths = expand.map((one) => one.replace(/^data\.?/, ""));
    const data = all.slice(from, from + limit).map((thing) => expanded(thing, paths));
    return { object: "list", url: path, data, has_more: from + limit < all.length };
  }

  function expanded(thing: Thing, paths: readonly string[]): Thing {
    const out = structuredClone(thing);
    delete out.settled;
    delete out.feeToBe;
    for (const path of paths) {
      const [first = "", ...rest] = path.split(".");
      const listed = first === "reversals" || first === "balance_transactions";
      if (!listed && !expandable(thing.object).includes(first))
        throw invalid(`This property cannot be expanded (${first}).`, { param: "expand[]" });
      const inner = rest[0] === "data" ? rest.slice(1) : rest;
      const deeper = inner.length > 0 ? [inner.join(".")] : [];
      if (thing.object === "charge" && first === "refunds") out.refunds = refundsOf(thing, deeper);
      else if (listed && Array.isArray((out[first] as { data?: Thing[] }).data)) {
        const held = out[first] as { data: Thing[] };
        held.data = held.data.map((one) => expanded(one, deeper));
      } else if (typeof out[first] === "string") {
        const found = world.things.get(out[first]);
        if (found) out[first] = expanded(found, deeper);
      }
    }
    return out;
  }

  function refundsOf(charge: Thing, deeper: readonly string[]) {
    const data = [...world.things.values()].filter(({ object, charge: of }) => object === "refund" && of === charge.id);
    return { object: "list", data: data.map((one) => expanded(one, deeper)), has_more: false };
  }

  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return Object.assign(emulator, {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

export const STRIPE_KEY = KEY;

function faulty(status: number): Refused {
  if (status === 429)
    return new Refused(
      429,
      "invalid_request_error",
      "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
      { code: "rate_limit" },
    );
  return new Refused(status, "api_error", "An unknown error occurred");
}

const inside = (form: URLSearchParams, name: string) =>
  Object.fromEntries(
    [...form].flatMap(([key, value]) => (key.startsWith(`${name}[`) ? [[key.slice(name.length + 1, -1), value]] : [])),
  );

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", "request-id": "req_T1", ...headers });
  response.end(JSON.stringify(body));
}
