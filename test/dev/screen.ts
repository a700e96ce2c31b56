// What a person sees of one platform, as data: the same words for all three, drawn by one page.

export type Span = {
  text: string;
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  code?: boolean;
  href?: string;
  /** It calls somebody. */
  call?: boolean;
};
export type Choice = { value: string; label: string };

export type Part =
  | { kind: "text"; spans: Span[]; look?: "head" | "soft" | "quote" | "item" }
  | { kind: "pre"; text: string }
  | { kind: "fields"; fields: Span[][] }
  | { kind: "table"; rows: string[][] }
  | { kind: "picture" | "video" | "audio"; url: string; words: string }
  | { kind: "file"; url: string; words: string }
  | { kind: "rule" }
  | { kind: "buttons"; rows: Key[][] }
  | { kind: "menu"; id: string; label: string; choices: Choice[]; asks: boolean }
  | { kind: "frame"; parts: Part[]; accent?: string };
export type Key = { label: string; look: "plain" | "primary" | "danger" | "link"; id?: string; url?: string };

export type Drawn = {
  id: string;
  author: string;
  bot: boolean;
  parts: Part[];
  /** Only this person sees it. */
  only: boolean;
  edits: number;
  /** The bot has said nothing yet. */
  thinking?: boolean;
  /** It waits for a reply. */
  asks?: string;
  /** Which conversation under a message it belongs to. */
  thread?: string;
};

export type Field = {
  id: string;
  label: string;
  hint?: string;
  kind: "line" | "lines" | "number" | "date" | "time" | "one" | "many" | "asks";
  choices: Choice[];
  required: boolean;
  value?: string;
  placeholder?: string;
};
export type Dialog = { id: string; title: string; submit?: string; fields: Field[]; parts: Part[] };

export type Screen = {
  /** Whether the bot hears. */
  connected: boolean;
  messages: Drawn[];
  dialog?: Dialog;
  /** Said by the platform over everything for a moment. */
  toast?: string;
  /** How much the bot said in each room: what is new elsewhere gets a mark. */
  told: Partial<Record<Room, number>>;
};

export type Offer = { insert: string; label: string; hint: string };

export type Person = { id: string; name: string; locale: string };
/** Where in a platform: the room for all, the person's own chat with the bot, the bot's page. */
export type Room = "group" | "direct" | "home";
export type At = { person: Person; room: Room };

/** One platform, as a client on somebody's screen. */
export type Client = {
  name: "discord" | "slack" | "telegram";
  rooms: readonly Room[];
  /** What the product's environment says, so that it finds this emulator. */
  env: Record<string, string>;
  screen(at: At): Screen;
  /** A line typed and sent. */
  type(at: At, line: string, thread?: string): Promise<void>;
  offers(at: At, line: string): Promise<Offer[]>;
  press(at: At, message: string, key: string): Promise<void>;
  choose(at: At, message: string, menu: string, values: string[]): Promise<void>;
  /** What a menu, or a field of a dialogue, offers for what is typed. */
  ask(at: At, message: string | undefined, menu: string, typed: string): Promise<Choice[]>;
  /** What was wrong, by field. */
  submit(at: At, values: Record<string, string[]>): Promise<Record<string, string>>;
  dismiss(at: At): Promise<void>;
  /** Opened by somebody who looks at it. */
  open?(at: At): Promise<void>;
  /** Bytes that a message shows. */
  file(id: string): Promise<{ type: string; bytes: Uint8Array } | undefined>;
  /** What was sent that the real platform would not have taken, and nobody was told. */
  wrong(): string[];
  close(): Promise<void>;
};

/** Keeps the order in which things appeared, of what platforms and people did. */
export function makeOrder() {
  const seen = new Map<string, number>();
  let count = 0;
  return (id: string): number => {
    const known = seen.get(id);
    if (known !== undefined) return known;
    seen.set(id, ++count);
    return count;
  };
}
