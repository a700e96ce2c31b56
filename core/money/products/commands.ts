// What is sold, from chat: made, priced, offered by a link, and taken back.
import { type Act, jobKind } from "../../act.ts";
import { amountOf, choice, clip, command, money, moneyWords, pick, text } from "../../command/index.ts";
import { runningView } from "../../jobs/index.ts";
import { refuse } from "../../problem.ts";
import { channels } from "../../streams/index.ts";
import { type Block, type View, view } from "../../view/index.ts";
import { sellerFor } from "../sources/index.ts";
import {
  addProduct,
  changeProduct,
  EVERY,
  listProducts,
  PRODUCT_KINDS,
  type Product,
  products,
  retireProduct,
} from "./store.ts";

/** Has a link made where one can pay, and the one before it closed. */
export const offerProduct = jobKind<{ product: string }>("product offer");
/** Closes a link: nobody can pay by it any more. */
export const withdrawLink = jobKind<{ link: string; source: string }>("product withdraw");

const moneyOf = ({ minor, currency }: Product) => ({ minor: BigInt(minor), currency });

export const productData = (product: Product) => ({
  id: product.id,
  slug: product.slug,
  name: product.name,
  kind: product.kind,
  description: product.description,
  price: { amount: amountOf(moneyOf(product)), minor: product.minor, currency: product.currency },
  every: product.every,
  channel: product.channel,
  active: product.active,
  url: linkOf(product) ?? null,
});

/** The link, while it sells what the product is now. */
export const linkOf = ({ url, offered, version, active }: Product): string | undefined =>
  url !== null && offered === version && active ? url : undefined;

export function priceWords(act: Pick<Act, "say" | "locale">, product: Product): string {
  const price = moneyWords(moneyOf(product), act.locale);
  if (product.every === "week") return act.say("{price} a week", { price });
  if (product.every === "month") return act.say("{price} a month", { price });
  if (product.every === "year") return act.say("{price} a year", { price });
  return price;
}

export function productView(act: Pick<Act, "say" | "locale">, product: Product): View {
  const words = { name: product.name, price: priceWords(act, product) };
  const url = linkOf(product);
  const blocks: Block[] = [];
  if (product.description !== "") blocks.push({ kind: "text", text: product.description });
  if (url) blocks.push({ kind: "link", url, label: act.say("Buy: {name}", { name: clip(product.name, 40) }) });
  else if (product.active)
    blocks.push({
      kind: "buttons",
      buttons: [
        {
          label: act.say("Make a link"),
          press: { command: "product link", options: { product: product.slug }, audience: "staff", uses: "many" },
        },
      ],
    });
  if (url) return view(act.say("{name}: {price}. Pay here: {url}", { ...words, url }), ...blocks);
  const told = product.active
    ? act.say("{name}: {price}.", words)
    : act.say("{name}: {price}. It is not sold any more.", words);
  return view(told, ...blocks);
}

const LONGEST = { name: 100, description: 500 };
const productName = () => text("What it is called", { max: LONGEST.name });
const about = () => text("What one gets for it", { max: LONGEST.description });

const add = command({
  name: "product add",
  says: "Sell something: a course, a plan, a ticket",
  role: "owner",
  options: {
    name: productName(),
    price: money("What it costs"),
    kind: choice("What kind of thing", PRODUCT_KINDS, { default: "other" }),
    every: choice("Paid again and again; once if not said", EVERY).optional(),
    description: about().optional(),
    channel: pick(channels, "Whose money it is to count as").optional(),
  },
  examples: [
    'product add name:"Mixing course" price:197 kind:course',
    "product add name:Pro price:99 kind:plan every:month",
  ],
  async run({ act, options: { name, price, kind, every, description, channel } }) {
    const product = await addProduct(act, {
      ...price,
      name,
      kind,
      every: every ?? null,
      description: description ?? "",
      channel: channel?.id ?? null,
    });
    return { view: productView(act, product), data: { item: productData(product) } };
  },
});

const list = command({
  name: "product list",
  says: "What is sold here",
  role: "member",
  reads: true,
  options: { kind: choice("Only this kind", PRODUCT_KINDS).optional() },
  async run({ act, options: { kind } }) {
    const all = (await listProducts(act)).filter((one) => one.active && (kind === undefined || one.kind === kind));
    if (all.length === 0)
      return {
        view: view(act.say("Nothing is sold here yet. An owner begins with /product add.")),
        data: { items: [] },
      };
    const items = all.map((one) => ({
      id: one.id,
      text: one.name,
      note: `${priceWords(act, one)}${linkOf(one) ? ` · ${linkOf(one)}` : ""}`,
    }));
    const words = act.say("{count, plural, one {# product} other {# products}}.", { count: all.length });
    return { view: view(words, { kind: "list", items }), data: { items: all.map(productData) } };
  },
});

const show = command({
  name: "product show",
  says: "One product: price and link",
  role: "member",
  reads: true,
  options: { product: pick(products, "Which product") },
  run: ({ act, options: { product } }) => ({ view: productView(act, product), data: { item: productData(product) } }),
});

const change = command({
  name: "product change",
  says: "Change a product's price, name or description",
  role: "owner",
  options: {
    product: pick(products, "Which product"),
    price: money("What it costs from now on").optional(),
    name: productName().optional(),
    description: about().optional(),
  },
  examples: ["product change product:mixing-course price:297"],
  async run({ act, options: { product, price, name, description } }) {
    if (!price && name === undefined && description === undefined) throw refuse("options", "Say what is to change.");
    await withdraw(act, product);
    const after = await changeProduct(act, product, { ...price, name, description });
    return { view: productView(act, after), data: { item: productData(after) } };
  },
});

/** The link of before still sells what is no more. */
async function withdraw(act: Act, { link, source }: Product): Promise<void> {
  if (link && source && act.money.some((one) => one.name === source && one.ready))
    await act.later(withdrawLink, { link, source }, { key: link, part: true });
}

const link = command({
  name: "product link",
  says: "A link where anybody can pay for it, by Stripe Checkout",
  role: "staff",
  effects: ["publish"],
  options: { product: pick(products, "Which product") },
  examples: ["product link product:mixing-course"],
  async run({ act, options: { product } }) {
    if (!product.active) throw refuse("rule", "{name} is not sold any more.", { name: product.name });
    if (linkOf(product)) return { view: productView(act, product), data: { item: productData(product) } };
    sellerFor(act.money, act.workspace);
    const job = await act.later(offerProduct, { product: product.id }, { key: `${product.id} ${product.version}` });
    return { view: runningView(act, act.say("Making a link for {name}.", { name: product.name }), job), job };
  },
});

const retire = command({
  name: "product retire",
  says: "Sell something no more; its link is closed",
  role: "owner",
  effects: ["delete"],
  options: { product: pick(products, "Which product") },
  async run({ act, options: { product } }) {
    await withdraw(act, product);
    await retireProduct(act, product);
    const after = { ...product, active: false };
    return { view: productView(act, after), data: { item: productData(after) } };
  },
});

export const productCommands = [add, list, show, change, link, retire];
