// What somebody else's platform says of who watches: one small type, and how it is asked.

export type Reading = { viewers: number } | "offline";
export type Watcher = {
  kind: "icecast" | "youtube" | "twitch";
  /** What is said of each target. One that is missing in the answer is offline. Throws `Unread` when nothing is known. */
  read(targets: readonly string[], at: Date, quota: Quota): Promise<Map<string, Reading>>;
};

/** What a key may ask of its platform in a day, counted for all processes. */
export type Quota = {
  /** False: then it would be more than the most, or the platform said that there is no more. */
  spend(account: string, day: string, units: number, most: number): Promise<boolean>;
  /** Nothing more today. */
  rest(account: string, day: string): Promise<void>;
};

/** Nothing was learned, and why, in words that hold no key. */
export class Unread extends Error {}

const PATIENCE = 8_000;
const MOST_BYTES = 2_000_000;

/** JSON of a 2xx; other answers come back with their status. Redirects are not followed: they lead who knows where. */
export async function ask(url: URL, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  try {
    const answer = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    const text = await answer.text();
    if (text.length > MOST_BYTES) throw new Unread(`${url.host} sent too much`);
    return { status: answer.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  } catch (error) {
    if (error instanceof Unread) throw error;
    if (error instanceof SyntaxError) throw new Unread(`${url.host} did not answer with JSON`);
    // What fetch says may have the address in it, and the address a key.
    const slow = error instanceof Error && error.name === "TimeoutError";
    throw new Unread(slow ? `${url.host} did not answer in time` : `${url.host} cannot be reached`);
  }
}

export const countOf = (value: unknown): number | undefined => {
  const number = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};
