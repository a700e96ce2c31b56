// Makes a link where one can pay for a product, and closes those of before. Stripe keeps our keys for a day at least: a try
// that died finds what it had made.
import type { MoneySource } from "../core/money/index.ts";
import {
  findProduct,
  keepLink,
  offerProduct,
  productData,
  productView,
  SourceSays,
  withdrawLink,
} from "../core/money/index.ts";
import { type Refusal, refuse } from "../core/problem.ts";
import { handler } from "./handler.ts";

/** A no of Stripe's is for a person to read; anything else is tried again. */
async function asked<T>(source: MoneySource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SourceSays ? refusalOf(source, error) : error;
  }
}

const refusalOf = ({ name }: MoneySource, { message }: SourceSays): Refusal =>
  refuse("rule", "{source} says no: {words}", { source: name, words: message });

export const offerJob = handler({
  kind: offerProduct,
  async run({ house, input, inTx, signal }) {
    const product = await inTx((act) => findProduct(act, input.product));
    const workspace = await inTx(async (act) => act.workspace.slug);
    const source = house.money?.find((one) => one.ready && one.workspace === workspace);
    if (!product || !source)
      throw refuse("missing", "There is no product {id}, or nobody who takes payments.", { id: input.product });
    const { id, version, name, description, minor, currency, every, channel } = product;
    const offer = {
      id: `${id}/${version}`,
      name,
      description,
      money: { minor: BigInt(minor), currency },
      ...(every ? { every } : {}),
      about: { product: id, ...(channel ? { channel } : {}) },
    };
    const made = await asked(source, () => source.offer(offer, signal));
    return async (act) => {
      const before = await keepLink(act, product, { source: source.name, link: made.link, url: made.url });
      if (before) await act.later(withdrawLink, { link: before, source: source.name }, { key: before, part: true });
      const after = (await findProduct(act, id))!;
      return { view: productView(act, after), data: { item: productData(after) } };
    };
  },
});

export const withdrawJob = handler({
  kind: withdrawLink,
  async run({ house, input, signal }) {
    const source = house.money?.find(({ name }) => name === input.source);
    if (source?.ready) await asked(source, () => source.withdraw(input.link, signal));
    return undefined;
  },
});
