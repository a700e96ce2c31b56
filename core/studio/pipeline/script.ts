// From what a model wrote, or a template, or a person, to scenes: what is said in each and what is seen.

export type Scene = { say: string; show: string };

const LONGEST_SAY = 500;
const LONGEST_SHOW = 300;
const MOST_SCENES = 12;

/** What no voice can speak and no caption shows: marks of Markdown, stage directions of time, controls. */
function plain(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .replace(/^\s*(?:#{1,6}|[-*•>]|\d+[.)])\s+/u, "")
    .replace(/(\*\*|__|`)/g, "")
    .replace(/^["“”„«»]+|["“”„«»]+$/gu, "")
    .replace(/\s+/g, " ")
    .trim();
}

const LINE = /^[\s>*#\-•\d.)]*(SAY|SHOW)[\s*]*[:：][\s*]*(.*)$/i;
/** Heads that scripts have, and nobody speaks. */
const HEAD = /^[\s*#]*(HOOK|STORY|ASK|SCENE|TITLE|INTRO|OUTRO)\b[^\p{Ll}]*$/iu;

/** Exactly as many scenes as there is something to say in, `wanted` at most. Never none. */
export function scenesOf(script: string, wanted: number, language = "en"): Scene[] {
  const told = marked(script);
  if (told.length > 0) return told.slice(0, MOST_SCENES);
  const lines = script
    .split(/\r?\n/)
    .filter((line) => !HEAD.test(line))
    .map(plain)
    .filter(Boolean);
  const all = sentencesOf(lines.join(" "), language);
  const count = Math.max(1, Math.min(wanted, all.length, MOST_SCENES));
  return Array.from({ length: count }, (_, n) => {
    const own = all.slice(Math.floor((n * all.length) / count), Math.floor(((n + 1) * all.length) / count));
    const say = own.join(" ").slice(0, LONGEST_SAY);
    return { say, show: say.slice(0, LONGEST_SHOW) };
  });
}

function marked(script: string): Scene[] {
  const scenes: { say: string[]; show: string[] }[] = [];
  let at: "say" | "show" | undefined;
  for (const line of script.split(/\r?\n/)) {
    const [, name, rest = ""] = LINE.exec(line) ?? [];
    if (name) {
      at = name.toLowerCase() as "say" | "show";
      const open = scenes.at(-1);
      // A second line of what is said begins the next scene.
      if (!open || (at === "say" ? open.say.length > 0 : open.show.length > 0 && open.say.length > 0))
        scenes.push({ say: [], show: [] });
      scenes.at(-1)![at].push(rest);
    } else if (at && line.trim() && !HEAD.test(line)) scenes.at(-1)![at].push(line);
  }
  return scenes
    .map(({ say, show }) => ({
      say: plain(say.join(" ")).slice(0, LONGEST_SAY),
      show: plain(show.join(" ")).slice(0, LONGEST_SHOW),
    }))
    .filter(({ say }) => say.length > 0)
    .map(({ say, show }) => ({ say, show: show || say.slice(0, LONGEST_SHOW) }));
}

/** Sentences as a reader of that language parts them. */
export function sentencesOf(text: string, language = "en"): string[] {
  const sentences: string[] = [];
  // A quotation that opens after a full stop belongs to what follows.
  let opens = "";
  for (const { segment } of new Intl.Segmenter(language, { granularity: "sentence" }).segment(text)) {
    const [, own = "", next = ""] = /^([\s\S]*?)([\p{Ps}\p{Pi}\s]*)$/u.exec(segment) ?? [];
    if (own.trim()) sentences.push((opens + own).trim());
    opens = own.trim() ? next.trim() : opens + next.trim();
  }
  return sentences;
}
