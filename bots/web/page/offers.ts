// What the command line offers for what is being typed: commands, the options of one, or the values of an option.
import { useEffect, useRef, useState } from "preact/hooks";
import type { CommandInfo, Suggestion } from "./api.ts";
import { useShared } from "./context.ts";
import { rank, type Stage, stageOf } from "./parse.ts";
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

export function useOffers(commands: readonly CommandInfo[], text: string, caret: number, shut: boolean): Offers {
  const { complete } = useShared();
  const [found, set] = useState<Offers>(NONE);
  const asked = useRef(0);
  useEffect(() => {
    const turn = ++asked.current;
    if (shut) return set(NONE);
    const stage = stageOf(commands, text, caret);
    const known = offersOf(commands, stage);
    if (known) return set(known);
    if (stage.stage !== "value" || !stage.command.suggests.includes(stage.option)) return set(NONE);
    const timer = setTimeout(async () => {
      const values = await complete(stage.command.name, stage.option, stage.typed);
      if (turn === asked.current) set({ offers: valueOffers(values, stage), sure: false });
    }, TYPING_PAUSE);
    return () => clearTimeout(timer);
  }, [commands, text, caret, shut, complete]);
  return found;
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
