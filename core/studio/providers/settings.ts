// What every provider reads from the environment, and prices as their pages write them.
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

export const textOf = (read: Read, name: string, right: string): string | undefined =>
  read(
    name,
    (value) => {
      if (value.length > 200 || /\s/.test(value)) throw new Wrong();
      return value;
    },
    right,
  );
