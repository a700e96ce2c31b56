// What is sold: courses, plans, tickets. The rows; where it can be bought is a source's matter (sources/).
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { type Entity, isCurrency, near } from "../../command/index.ts";
import { isId } from "../../ids.ts";
import { refuse } from "../../problem.ts";

export const PRODUCT_KINDS = [
  "course",
  "subscription",
  "plan",
  "tool",
  "consulting",
  "coaching",
  "merchandise",
  "ticket",
  "book",
  "service",
  "other",
] as const;
export type ProductKind = (typeof PRODUCT_KINDS)[number];
export const EVERY = ["week", "month", "year"] as const;

export type Product = {
  id: string;
  slug: string;
  name: string;
  kind: ProductKind;
  description: string;
  minor: string;
  currency: string;
  every: (typeof EVERY)[number] | null;
  channel: string | null;
  active: boolean;
  /** Rises with each change of what is sold: each is another offer at the source. */
  version: number;
  source: string | null;
  link: string | null;
  url: string | null;
  /** Of which version the link is. */
  offered: number | null;
};

const COLUMNS = `id, slug, name, kind, description, amount::text as minor, currency, every, channel_id as channel, active,
  version, source, link, url, offered_version as offered`;

export const listProducts = (act: Pick<Act, "db">): Promise<Product[]> => {
  const sql = rawOf(act.db);
  return sql<Product[]>`select ${sql.unsafe(COLUMNS)} from product order by active desc, kind, name, id`;
};

export async function findProduct(act: Pick<Act, "db">, id: string): Promise<Product | undefined> {
  const sql = rawOf(act.db);
  const [row] = await sql<Product[]>`select ${sql.unsafe(COLUMNS)} from product where id = ${id}`;
  return row;
}

export const products: Entity<Product> = {
  name: "product",
  async find(act, raw) {
    const sql = rawOf(act.db);
    const said = raw.toLowerCase();
    const [row] = await sql<Product[]>`
      select ${sql.unsafe(COLUMNS)} from product
      where ${isId(raw) ? sql`id = ${raw}` : sql`slug = ${said} or lower(name) = ${said}`} order by slug = ${said} desc limit 1`;
    return row;
  },
  async search(act, typed) {
    const all = (await listProducts(act)).filter(({ active }) => active);
    const found = typed === "" ? all : near(all, typed, ({ slug, name }) => [slug, name]);
    return found.slice(0, 25).map(({ slug, name }) => ({ value: slug, label: name }));
  },
};

/** Ids by what people write in a file, in lower case. */
export async function productIds(act: Pick<Act, "db">): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { id, slug, name } of await listProducts(act))
    for (const word of [name.toLowerCase(), slug, id]) ids.set(word, id);
  return ids;
}

export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);

type New = Pick<Product, "name" | "kind" | "description" | "currency"> & {
  minor: bigint;
  every: Product["every"];
  channel: string | null;
};

export async function addProduct(act: Act, made: New): Promise<Product> {
  if (!isCurrency(made.currency)) throw new Error(made.currency);
  const id = act.newId();
  const slug = slugOf(made.name) || `product-${id.slice(-6)}`;
  const rows = await rawOf(act.db)`
    insert into product (workspace_id, id, slug, name, kind, description, amount, currency, every, channel_id, made_by, made_at)
    values (${act.workspace.id}, ${id}, ${slug}, ${made.name}, ${made.kind}, ${made.description}, ${String(made.minor)},
      ${made.currency}, ${made.every}, ${made.channel}, ${act.person.id}, ${act.now.toISOString()})
    on conflict (workspace_id, slug) do nothing returning 1`;
  if (rows.length === 0)
    throw refuse(
      "clash",
      "There is a product called {slug} already. Change it with /product change, or choose another name.",
      {
        slug,
      },
    );
  act.changed({
    what: "product",
    id,
    to: { slug, amount: String(made.minor), currency: made.currency, every: made.every },
  });
  return (await findProduct(act, id))!;
}

type Changes = {
  name?: string | undefined;
  description?: string | undefined;
  minor?: bigint | undefined;
  currency?: string | undefined;
};

export async function changeProduct(act: Act, before: Product, changes: Changes): Promise<Product> {
  const { name, description, minor, currency } = changes;
  await rawOf(act.db)`
    update product set version = version + 1, name = ${name ?? before.name}, description = ${description ?? before.description},
      amount = ${String(minor ?? before.minor)}, currency = ${currency ?? before.currency}
    where id = ${before.id}`;
  const after = (await findProduct(act, before.id))!;
  const said = ({ name, minor, currency }: Product) => ({ name, amount: minor, currency });
  act.changed({ what: "product", id: before.id, from: said(before), to: said(after) });
  return after;
}

export async function retireProduct(act: Act, { id, slug }: Product): Promise<void> {
  await rawOf(act.db)`update product set active = false where id = ${id}`;
  act.changed({ what: "product", id, from: { slug, active: true }, to: { slug, active: false } });
}

/** Where it can be bought, for as long as it is what was offered. Answers the link that it takes the place of. */
export async function keepLink(
  act: Act,
  product: Product,
  { source, link, url }: { source: string; link: string; url: string },
): Promise<string | undefined> {
  await rawOf(act.db)`
    update product set source = ${source}, link = ${link}, url = ${url}, offered_version = ${product.version}
    where id = ${product.id} and coalesce(offered_version, 0) <= ${product.version}`;
  act.changed({ what: "product", id: product.id, to: { link, url } });
  return product.link !== null && product.link !== link ? product.link : undefined;
}
