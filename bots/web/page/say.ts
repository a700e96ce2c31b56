// The page's words in a person's language: the part of ICU MessageFormat that it needs, in a few lines instead of a library.
export type Vars = Record<string, string | number>;

let table: Record<string, string> = {};
let spoken = "en";

export const speak = (locale: string, words: Record<string, string>) => {
  spoken = locale;
  table = words;
};
export const locale = () => spoken;

export const say = (text: string, vars: Vars = {}): string => format(table[text] ?? text, vars, spoken);

/** `{name}` and `{count, plural, one {# song} other {# songs}}`, nested as deep as need be. */
export function format(text: string, vars: Vars, speech: string): string {
  let out = "";
  for (let i = 0; i < text.length; ) {
    if (text[i] !== "{") {
      out += text[i++];
      continue;
    }
    const end = closing(text, i);
    out += filled(text.slice(i + 1, end), vars, speech);
    i = end + 1;
  }
  return out;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  return text.length;
}

function filled(inside: string, vars: Vars, speech: string): string {
  const plural = /^\s*(\w+)\s*,\s*plural\s*,/.exec(inside);
  if (!plural) return shown(vars[inside.trim()], speech);
  const count = Number(vars[plural[1]!] ?? 0);
  const forms = new Map<string, string>();
  for (let i = plural[0].length; i < inside.length; ) {
    const open = inside.indexOf("{", i);
    if (open < 0) break;
    const end = closing(inside, open);
    forms.set(inside.slice(i, open).trim(), inside.slice(open + 1, end));
    i = end + 1;
  }
  const form = forms.get(`=${count}`) ?? forms.get(new Intl.PluralRules(speech).select(count)) ?? forms.get("other");
  return format((form ?? "").replaceAll("#", shown(count, speech)), vars, speech);
}

const shown = (value: string | number | undefined, speech: string) =>
  typeof value === "number" ? new Intl.NumberFormat(speech).format(value) : (value ?? "");
