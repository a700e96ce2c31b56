// Small helpers for showing data: safe addresses, times, sizes, and words with the commands in them made pressable.
import { html } from "htm/preact";
import { useShared } from "./context.ts";
import { locale } from "./say.ts";
import { words } from "./words.ts";

/** Only what leads somewhere by http: an address from data never runs anything. */
export function safeUrl(url: string): string | undefined {
  try {
    const to = new URL(url, location.href);
    return to.protocol === "https:" || to.protocol === "http:" ? to.href : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

export const clock = (at: string) => new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(new Date(at));
export const moment = (at: string) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "full", timeStyle: "short" }).format(new Date(at));

export function dayOf(at: string): string {
  const day = new Date(at);
  const days = Math.round((midnight(new Date()) - midnight(day)) / 86_400_000);
  if (days === 0) return words.today();
  if (days === 1) return words.yesterday();
  const thisYear = day.getFullYear() === new Date().getFullYear();
  const form: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };
  if (!thisYear) form.year = "numeric";
  return new Intl.DateTimeFormat(locale(), form).format(day);
}
const midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();

export function length(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function size(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const form = { style: "unit", unit: units[step]!, unitDisplay: "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale(), form).format(bytes / 1000 ** step);
}

/** Text as it is; the commands it mentions open when pressed. */
export function Rich({ text }: { text: string }) {
  const { model, open } = useShared();
  const parts: unknown[] = [];
  let from = 0;
  for (const m of text.matchAll(/(?<![\w/:.])\/([a-z]{2,20})(?: ([a-z]{2,20}))?/g)) {
    const { commands } = model.get();
    const two = m[2] && commands.find((c) => c.name === `${m[1]} ${m[2]}`);
    const command = two || commands.find((c) => c.name === m[1]);
    if (!command) continue;
    const shown = `/${command.name}`;
    parts.push(text.slice(from, m.index));
    parts.push(html`<button type="button" class="mention" onClick=${() => open(command)}>${shown}</button>`);
    from = m.index + shown.length;
  }
  parts.push(text.slice(from));
  return html`${parts}`;
}
