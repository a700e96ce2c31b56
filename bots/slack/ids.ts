// What Slack calls a message of ours, as one word that the outbox keeps: a view may be several messages there, and files.

export type Ids = {
  /** Where it is, by Slack's own id; `RESPONSE`: at the address that came with what was asked. */
  channel: string;
  ts: string[];
  files: string[];
  /** The files were announced and uploaded; whether they are to be seen is not known. */
  unshared: boolean;
  /** What tells where files are that could not be sent. */
  links: string[];
  /** How many parts one person alone was told: Slack gives such messages no id. */
  told: number;
  /** How often in a row the line was too slow for the files. */
  slow: number;
  /** How many of the parts this very message or change has put in place. */
  done: number;
};

/** Stands behind it while a text grows: how much of the text is there, and which, or that nobody knows. */
export const OPEN = /~(?:(\d+)\.([0-9a-f]{8})|lost)$/;
export const isOpen = (external: string): boolean => OPEN.test(external);

/** Slack tells no id of what goes by a `response_url`. */
export const BY_RESPONSE = "response";

export const fresh = (channel = ""): Ids => ({
  channel,
  ts: [],
  files: [],
  unshared: false,
  links: [],
  told: 0,
  slow: 0,
  done: 0,
});
/** Nothing is known of it. */
export const isEmpty = ({ ts, files, links, told, slow }: Ids): boolean =>
  ts.length + files.length + links.length + told + slow === 0;

/** `channel:ts,ts|file,file|ts+told!slow=done`; of what is not there nothing is said, and files that are not shared have a "?". */
export function written({ channel, ts, files, unshared, links, told, slow, done }: Ids): string {
  const more = `${told > 0 ? `+${told}` : ""}${slow > 0 ? `!${slow}` : ""}${done > 0 ? `=${done}` : ""}`;
  if (channel === BY_RESPONSE) return BY_RESPONSE + more;
  const linked = links.length > 0 ? `|${links.join(",")}` : "";
  return `${channel}:${ts.join(",")}|${unshared ? "?" : ""}${files.join(",")}${linked}${more}`;
}

const SHAPE = /^([^:+!=]*)(?::([\d.,]*)\|(\?)?([^|+!=]*)(?:\|([\d.,]*))?)?(?:\+(\d+))?(?:!(\d+))?(?:=(\d+))?$/;

export function read(external: string): Ids {
  const [, channel = "", ts, unshared, files, links, told = "0", slow = "0", done = "0"] =
    SHAPE.exec(external.replace(OPEN, "")) ?? [];
  const list = (words = "") => words.split(",").filter(Boolean);
  return {
    channel,
    ts: list(ts),
    files: list(files),
    unshared: unshared !== undefined,
    links: list(links),
    told: Number(told),
    slow: Number(slow),
    done: Number(done),
  };
}

/** As it is when all of it is in place. */
export const settled = (ids: Ids): string => written({ ...ids, slow: 0, done: 0 });

export const isByResponse = (external: string): boolean => read(external).channel === BY_RESPONSE;
