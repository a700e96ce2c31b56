// The words for days, weeks and months in the seven languages, brought to a handful of tokens.
import { LOCALES } from "../../words/say.ts";
import { unaccented } from "./typed.ts";

export type Unit = "hour" | "day" | "week" | "month" | "quarter" | "year";
export type Token =
  | { is: "number"; value: number }
  | { is: "unit"; unit: Unit }
  | { is: "month"; month: number }
  | { is: "weekday"; weekday: number }
  | { is: "last" | "this" | "next" | "today" | "yesterday" | "tomorrow" | "now" };

// Lower case, without accents; a word has one meaning in all languages.
const WORDS: Readonly<Record<string, string>> = {
  last:
    "last past previous prior trailing ultimo ultima ultimos ultimas pasado pasada pasados pasadas anterior anteriores " +
    "passado passada passados passadas dernier derniere derniers dernieres precedent precedente precedents " +
    "letzte letzter letztes letzten letztem vorige voriger voriges vorigen vergangene vergangenen 過去 直近 先 지난 최근 저번",
  this:
    "this current actual este esta estes estas neste nesta corriente corrente ce cet cette courant " +
    "diese dieser dieses diesen diesem aktuelle aktueller aktuelles 今 이번",
  next: "next proximo proxima siguiente prochain prochaine nachste nachster nachstes nachsten 来 次 다음",
  today: "today hoy hoje aujourd'hui aujourdhui heute 今日 本日 오늘",
  yesterday: "yesterday ayer ontem hier gestern 昨日 어제",
  tomorrow: "tomorrow manana amanha demain morgen 明日 내일",
  now: "now ahora agora maintenant jetzt 지금",
  hour: "hour hours hora horas heure heures stunde stunden h 時間 시간",
  day: "day days dia dias jour jours tag tage tagen d 日 日間 일 일간",
  week: "week weeks semana semanas semaine semaines woche wochen w 週 週間 주 주간",
  month: "month months mes meses mois monat monate monaten か月 ヶ月 ケ月 カ月 ヵ月 月間 月 달 개월 월",
  quarter: "quarter quarters trimestre trimestres quartal quartale quartalen 四半期 분기",
  year: "year years ano anos an ans annee annees jahr jahre jahren y 年 年間 년 년간 해",
};
const BOTH: Readonly<Record<string, readonly string[]>> = {
  去年: ["last", "year"],
  昨年: ["last", "year"],
  작년: ["last", "year"],
  올해: ["this", "year"],
  금주: ["this", "week"],
  翌日: ["tomorrow"],
};
/** Words that say nothing: articles and "of". */
const EMPTY = new Set(
  "the of el la lo los las de del les le l' der die das den dem des im in o a os as do da dos das du au e".split(" "),
);

const tokenOf = new Map<string, readonly Token[]>();
let ready = false;

const UNITS = new Set(["hour", "day", "week", "month", "quarter", "year"]);
const asToken = (name: string): Token =>
  UNITS.has(name) ? { is: "unit", unit: name as Unit } : ({ is: name } as Token);

function learn(): void {
  for (const [name, words] of Object.entries(WORDS)) {
    for (const word of words.split(" ")) tokenOf.set(unaccented(word), [asToken(name)]);
  }
  for (const [word, names] of Object.entries(BOTH)) tokenOf.set(word, names.map(asToken));
  for (const locale of LOCALES) {
    for (const style of ["long", "short"] as const) {
      const months = new Intl.DateTimeFormat(locale, { month: style, timeZone: "UTC" });
      const days = new Intl.DateTimeFormat(locale, { weekday: style, timeZone: "UTC" });
      for (let n = 1; n <= 12; n++) add(months.format(Date.UTC(2026, n - 1, 5)), { is: "month", month: n });
      // 5 January 2026 is a Monday.
      for (let n = 1; n <= 7; n++) add(days.format(Date.UTC(2026, 0, 4 + n)), { is: "weekday", weekday: n });
    }
  }
  ready = true;
}

function add(name: string, token: Token): void {
  const word = unaccented(name.toLowerCase()).replace(/\.$/, "");
  // One letter of Japanese or Korean ("日" is Sunday and day) keeps the meaning it has; numbers are no names.
  if (word.length > 1 && !/\d/.test(word) && !tokenOf.has(word)) tokenOf.set(word, [token]);
}

/** Every word that has a meaning here, with it: for tests, which look that no two languages disagree. */
export function vocabulary(): ReadonlyMap<string, readonly Token[]> {
  if (!ready) learn();
  return tokenOf;
}

/** The tokens of a line that `typed` made, or nothing when a word means nothing here. */
export function tokensOf(line: string): Token[] | undefined {
  const words = vocabulary();
  const tokens: Token[] = [];
  const spaced = unaccented(line)
    .replace(/’/g, "'")
    .replace(/\bl'/g, " ")
    .replace(/(\d+)/g, " $1 ")
    .split(/[\s,]+/);
  for (const piece of spaced) {
    const word = piece.replace(/\.$/, "");
    if (word === "" || EMPTY.has(word)) continue;
    if (/^\d{1,5}$/.test(word)) tokens.push({ is: "number", value: Number(word) });
    else {
      const found = words.get(word) ?? joined(word, words);
      if (!found) return undefined;
      tokens.push(...found);
    }
  }
  return tokens;
}

/** Japanese and Korean write words together ("先月", "지난주"): the longest beginning that is known, then the rest. */
function joined(word: string, words: ReadonlyMap<string, readonly Token[]>): Token[] | undefined {
  if (word.length > 12 || !/^[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]+$/.test(word)) return undefined;
  const found: Token[] = [];
  for (let at = 0; at < word.length; ) {
    let length = word.length - at;
    while (length > 0 && !words.has(word.slice(at, at + length)) && word.slice(at, at + length) !== "の") length--;
    if (length === 0) return undefined;
    found.push(...(words.get(word.slice(at, at + length)) ?? []));
    at += length;
  }
  return found;
}
