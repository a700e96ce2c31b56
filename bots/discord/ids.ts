// What Discord calls a message of ours, as one word that the outbox keeps: a view may be several messages there.

export type Ids = {
  parts: string[];
  /** A person's own chat; unset: where it was asked. */
  channel?: string;
  /** How often in a row the line was too slow for the files that come next. */
  slow: number;
  /** How many of the parts this very message or change has put in place. */
  done: number;
};

/** The message that an acknowledgement left there; what its id is, is told when it is first changed. */
export const ORIGINAL = "@original";

/** `@channel id id !slow =done` */
export const written = ({ parts, channel, slow, done }: Ids): string =>
  [
    ...(channel === undefined ? [] : [`@${channel}`]),
    ...parts.filter((id) => id !== ORIGINAL),
    ...(slow > 0 ? [`!${slow}`] : []),
    ...(done > 0 ? [`=${done}`] : []),
  ].join(" ");

export function read(external: string | null): Ids {
  const words = (external ?? "").split(" ").filter(Boolean);
  const channel = words.find((word) => word.startsWith("@"))?.slice(1);
  const number = (sign: string) => Number(words.find((word) => word.startsWith(sign))?.slice(1) ?? 0);
  const parts = words.filter((word) => /^\d/.test(word));
  return { parts, slow: number("!"), done: number("="), ...(channel === undefined ? {} : { channel }) };
}
