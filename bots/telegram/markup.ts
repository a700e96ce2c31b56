// Text as Telegram's HTML: what a person wrote can never become markup, and never calls anybody.

export type Run = { text: string; tag?: "b" | "i" | "pre" | "code"; href?: string };
/** A line or a paragraph. `tight`: it follows the one before on the next line. */
export type Paragraph = { runs: Run[]; tight?: boolean };

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign]!);

/** Signs that Telegram refuses or that turn the direction of what follows. */
const HOSTILE = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** What may be shown of any text. */
export const shown = (text: string): string => text.toWellFormed().replace(/\r\n?/g, "\n").replace(HOSTILE, "");

/** A name after "@" is told of every message that has it: an invisible sign between them makes it mere text. */
export const uncalled = (text: string): string => text.replace(/(?<!\w)@(?=\w)/g, "@\u2060");

export const lengthOf = (runs: readonly Run[]): number => runs.reduce((sum, { text }) => sum + text.length, 0);

export const run = (text: string, more: Omit<Run, "text"> = {}): Run => {
  const plain = shown(text);
  // Nobody is called from within code, and what is copied from there must be what was written.
  return { text: more.tag === "code" || more.tag === "pre" ? plain : uncalled(plain), ...more };
};

export function html(runs: readonly Run[]): string {
  return runs
    .map(({ text, tag, href }) => {
      const safe = escaped(text);
      if (text === "") return "";
      if (href) return `<a href="${escaped(href)}">${safe}</a>`;
      return tag ? `<${tag}>${safe}</${tag}>` : safe;
    })
    .join("");
}

/** Only addresses that a browser opens; everything else stays text. */
export function hrefOf(url: string, base: URL | undefined): string | undefined {
  try {
    const full = new URL(url, base);
    return full.protocol === "https:" || full.protocol === "http:" ? full.href : undefined;
  } catch {
    return undefined;
  }
}
