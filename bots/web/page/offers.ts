// What the command line offers for what is being typed: commands, the options of one, or the values of an option.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { CommandInfo, Suggestion } from "./api.ts";
import { useShared } from "./context.ts";
import { rank, type Stage, stageOf } from "./parse.ts";
import { narrowed } from "./pick.ts";
import { words } from "./words.ts";

/** `command`: choosing it opens its form. Otherwise `insert` replaces the text between `from` and `to`. */
export type Offer = {
  key: string;
  label: string;
  note?: string;
  command?: CommandInfo;
  insert: string;
  from: number;
  to: number;
};
export type Offers = { offers: readonly Offer[]; sure: boolean };

const MOST = 50;
const TYPING_PAUSE = 120;
const NONE: Offers = { offers: [], sure: false };

type Found = { of: string; typed: string; values: readonly Suggestion[] };

export function useOffers(commands: readonly CommandInfo[], text: string, caret: number, shut: boolean): Offers {
  const { complete } = useShared();
  const [found, set] = useState<Found>({ of: "", typed: "", values: [] });
  const stage = useMemo<Stage>(
    () => (shut ? { stage: "none" } : stageOf(commands, text, caret)),
    [commands, text, caret, shut],
  );
  const known = useMemo(() => offersOf(commands, stage), [commands, stage]);
  const asks = !known && stage.stage === "value" && stage.command.suggests.includes(stage.option) ? stage : undefined;
  const of = asks ? `${asks.command.name} ${asks.option}` : "";
  useEffect(() => {
    if (!asks) return;
    let left = false;
    const timer = setTimeout(async () => {
      const values = await complete(asks.command.name, asks.option, asks.typed);
      if (!left) set({ of, typed: asks.typed, values });
    }, TYPING_PAUSE);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [of, asks?.typed]);
  return useMemo(() => {
    if (known || !asks) return known ?? NONE;
    // Until the server has said what fits now, only what fitted before and still does.
    const fits = found.of !== of ? [] : found.typed === asks.typed ? found.values : narrowed(found.values, asks.typed);
    return { offers: valueOffers(fits, asks), sure: false };
  }, [known, asks, found]);
}

/** What needs no server; undefined where it does. */
export function offersOf(commands: readonly CommandInfo[], stage: Stage): Offers | undefined {
  if (stage.stage === "none") return NONE;
  if (stage.stage === "command") {
    const fitting = stage.sure
      ? rank(commands, stage.typed)
      : rank(commands, stage.typed).filter((c) => startsWith(c, stage.typed));
    const offers = fitting
      .slice(0, MOST)
      .map((c) => ({ key: c.name, label: `/${c.local}`, note: c.says, command: c, insert: "", from: 0, to: 0 }));
    return { offers, sure: stage.sure };
  }
  if (stage.stage === "option") {
    const inputs = stage.command.inputs.filter((i) => !stage.used.includes(i.name) && i.name.startsWith(stage.typed));
    const offers = inputs.map(({ name, label, required }) => ({
      key: name,
      label: `${name}:`,
      note: required ? label : `${label} · ${words.optional()}`,
      insert: `${name}:`,
      from: stage.from,
      to: stage.to,
    }));
    return { offers, sure: false };
  }
  const input = stage.command.inputs.find((i) => i.name === stage.option);
  const choices =
    input?.kind === "yesNo"
      ? [
          { value: "yes", label: words.yes() },
          { value: "no", label: words.no() },
        ]
      : input?.choices;
  if (!choices) return undefined;
  const typed = stage.typed.toLowerCase();
  const fits = choices.filter(
    (c) => c.value.toLowerCase().startsWith(typed) || c.label.toLowerCase().startsWith(typed),
  );
  // Written out already: nothing to offer.
  if (fits.length === 1 && fits[0]!.value === stage.typed) return NONE;
  return { offers: valueOffers(fits, stage), sure: false };
}

const startsWith = ({ name, local }: CommandInfo, typed: string) =>
  name.startsWith(typed) || local.toLowerCase().startsWith(typed);

function valueOffers(values: readonly Suggestion[], stage: Extract<Stage, { stage: "value" }>): Offer[] {
  return values.slice(0, MOST).map(({ value, label }) => ({
    key: value,
    label,
    ...(value === label ? {} : { note: value }),
    insert: `${stage.option}:${/[\s"]/.test(value) ? `"${value.replace(/(["\\])/g, "\\$1")}"` : value} `,
    from: stage.from,
    to: stage.to,
  }));
}
