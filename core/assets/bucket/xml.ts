// The little XML that stores answer with: flat elements, known names, no attributes that matter.
const SIGNS: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const plain = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex: string, number: string, name: string) => {
    const code = hex ? Number.parseInt(hex, 16) : Number(number);
    if (name) return SIGNS[name] ?? whole;
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** What is in every element of a name, as it stands there. */
export const elements = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, "gs"))].map(([, inner = ""]) => inner);

/** The words of the first. */
export const textIn = (xml: string, name: string): string | undefined => {
  const [first] = elements(xml, name);
  return first === undefined ? undefined : plain(first).trim();
};
