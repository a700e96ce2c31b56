// What a command answers with: plain data that each surface shows as well as it can. `text` alone must be enough.

export type Style = "primary" | "plain" | "danger";

/** A button before it is shown says what it does; `action` (its token) is given when the run's answer is written. */
export type Button = {
  label: string;
  style?: Style;
  action?: string;
  /** What a press runs. An empty command only dismisses. Never leaves the server. */
  press?: Press;
};
export type Press = {
  command: string;
  options?: Record<string, unknown>;
  uses?: "once" | "person" | "many";
  /** Who may press: the person that asked (the default for effects), a role, or anyone in the place. */
  audience?: "asker" | "anyone" | "owner" | "staff" | "partner" | "member";
  minutes?: number;
  /** The press itself is the confirmation. */
  confirmed?: boolean;
};

export type Cell = { text: string; value?: string | number; align?: "right" };
export type Field = { label: string; value: string; change?: { text: string; good: boolean | null }; target?: string };
export type Media = { url: string; alt: string; type: string; asset?: string };

export type ChartSpec = {
  form: "line" | "bar" | "stacked" | "area";
  /** The finding, when there is one. */
  title: string;
  unit: "number" | "money" | "percent" | "seconds";
  currency?: string;
  labels: string[];
  /** null is a gap: no data is not zero. */
  series: { name: string; values: (number | null)[]; hue?: string }[];
  target?: { name: string; value: number };
  through?: string;
};

/** One input of a form or a missing option, told to every surface alike. */
export type Input = {
  name: string;
  label: string;
  kind: string;
  required: boolean;
  choices?: { value: string; label: string }[];
  /** Some of what it takes, where that is something of the workspace. */
  offers?: { value: string; label: string }[];
  min?: number;
  max?: number;
  value?: string;
  error?: string;
  hint?: string;
};

export type Block =
  | { kind: "text"; text: string; tone?: "plain" | "soft" | "good" | "warn" | "bad" }
  | { kind: "fields"; fields: Field[] }
  | { kind: "list"; items: { text: string; note?: string; id?: string }[]; ordered?: boolean }
  | { kind: "table"; columns: { label: string; align?: "right" }[]; rows: string[][]; caption?: string }
  | { kind: "chart"; chart: ChartSpec; url?: string; alt: string }
  | ({ kind: "picture" } & Media)
  | ({ kind: "audio"; title: string; seconds?: number } & Media)
  | ({ kind: "video"; title: string; seconds?: number; poster?: string } & Media)
  | { kind: "progress"; done: number; total: number; now: string; job?: string }
  | { kind: "buttons"; buttons: Button[] }
  | { kind: "select"; label: string; choices: { value: string; label: string; action?: string; press?: Press }[] }
  | {
      kind: "form";
      title: string;
      submit: string;
      command: string;
      action?: string;
      press?: Press;
      inputs: Input[];
      /** All that was given stands in the inputs: the command itself, typed with them, does the same. */
      plain?: true;
    }
  | { kind: "link"; url: string; label: string }
  | { kind: "file"; url: string; name: string; type: string; bytes: number };

/** `growing`: its text is still being written, and more of it will follow at its end. The last one is without it. */
export type View = { text: string; blocks: Block[]; growing?: true };

export const view = (text: string, ...blocks: Block[]): View => ({ text, blocks });
/** What is there so far of a text that somebody is writing. Each begins with the one before. */
export const growing = (text: string): View => ({ text, blocks: [], growing: true });
