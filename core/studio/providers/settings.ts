// What every provider reads from the environment, and prices as their pages write them.
import type { Wish } from "../provider.ts";
import type { Read } from "./index.ts";

class Wrong extends Error {}

export const keyOf = (read: Read, name: string): string | undefined =>
  read(
    name,
    (value) => {
      if (!/^[\x21-\x7e]{4,500}$/.test(value)) throw new Wrong();
      return value;
    },
    "a key as the provider shows it, without spaces",
  );

/** Its own address, or the one of a proxy or a twin. */
export const urlOf = (read: Read, name: string, own: string): URL =>
  read(
    name,
    (value) => {
      const url = new URL(value);
      if (url.protocol !== "https:" && url.protocol !== "http:") throw new Wrong();
      return url;
    },
    `an address such as ${own}`,
  ) ?? new URL(own);

/** "0.15" in `USD/6`. */
export function dollars(usd: string): bigint {
  const [whole = "0", part = ""] = usd.split(".");
  return BigInt(whole + part.padEnd(6, "0"));
}

/** A price that is always the same. It is asked for at every choice, so it is read once. */
export function flat(usd: string): (wish: Wish) => bigint {
  const price = dollars(usd);
  return () => price;
}

/** For each second that was begun; `usual` where nobody said how long. A list, so that nothing is reckoned twice. */
export function perSecond(usd: string, usual: number, seconds = 1): (wish: Wish) => bigint {
  const rate = dollars(usd);
  const list: bigint[] = [];
  return (wish) => {
    const begun = Math.ceil(wish.seconds ?? usual);
    list[begun] ??= (rate * BigInt(begun)) / BigInt(seconds);
    return list[begun];
  };
}

export const textOf = (read: Read, name: string, right: string): string | undefined =>
  read(
    name,
    (value) => {
      if (value.length > 200 || /\s/.test(value)) throw new Wrong();
      return value;
    },
    right,
  );
