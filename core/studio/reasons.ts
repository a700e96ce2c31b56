// Why something was not made, in words that say what to do next.
import type { Act } from "../act.ts";
import type { Choice } from "./desk.ts";
import type { Kind, Provider, ProviderError } from "./provider.ts";
import { keyWords } from "./providers/keys.ts";
import type { Reason } from "./router.ts";
import { shortWords } from "./short.ts";

/** The provider's own words are quoted: they are somebody else's, and may say anything. */
export function failureWords(act: Act, provider: Pick<Provider, "name">, error: ProviderError): string {
  const vars = { provider: provider.name, words: quoted(error.message) };
  switch (error.failure) {
    case "auth":
      return act.say("{provider} refuses the key. Check it, then /provider enable.", vars);
    case "money":
      return act.say("The account at {provider} is empty. Fill it, then /provider enable.", vars);
    case "moderation_in":
      return act.say("{provider} refuses these words: “{words}”. Say it in other words.", vars);
    case "moderation_out":
      return act.say("{provider} made it and then held it back: “{words}”. Say it in other words.", vars);
    case "invalid":
      return act.say("{provider} could not read the order: “{words}”.", vars);
    case "timeout":
      return act.say("{provider} did not finish in time.", vars);
    case "media":
      return act.say("What {provider} made was not good enough: {words}", { ...vars, words: error.message });
    case "download":
      return act.say("What {provider} made could not be fetched: “{words}”.", vars);
    default:
      return act.say("{provider} could not do it just now: “{words}”.", vars);
  }
}

const MOST = 200;
const quoted = (words: string): string => {
  const plain = words.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return plain.length > MOST ? `${plain.slice(0, MOST - 1)}…` : plain;
};

export function reasonWords(act: Pick<Act, "say">, reason: Reason): string {
  switch (reason) {
    case "off":
      return act.say("switched off");
    case "not asked for":
      return act.say("not the one asked for");
    case "tried":
      return act.say("failed at this already");
    case "too short":
      return act.say("makes nothing so short");
    case "too long":
      return act.say("makes nothing so long");
    case "prompt":
      return act.say("takes no prompt so long");
    case "ratio":
      return act.say("does not make this shape");
    case "language":
      return act.say("does not speak this language");
    case "lyrics":
      return act.say("does not sing");
    case "rights":
      return act.say("may not be sold");
    case "price":
      return act.say("too dear");
    case "broken":
      return act.say("not working just now");
    case "resting":
      return act.say("asked us to wait");
    case "full":
      return act.say("busy");
    case "budget":
      return act.say("no budget left");
  }
}

export function noWords(act: Act, kind: Kind, { decision, short }: Extract<Choice, { to: "no" }>): string {
  if (short[0]) return shortWords(act, short[0]);
  if (decision.refused.length === 0) return act.say("Nobody here can make that. /provider list shows who makes what.");
  const asked = decision.refused.filter((r) => r.reason !== "not asked for");
  const each = (asked.length > 0 ? asked : decision.refused)
    .map(({ provider, reason }) => `${provider}: ${reasonWords(act, reason)}`)
    .slice(0, 8);
  const words = act.say("Nobody could make it. {reasons}.", { reasons: [...new Set(each)].join("; ") });
  // Where nobody but this machine was asked, somebody with a key could.
  const own = decision.refused.every(({ provider }) => act.providers.some((p) => p.slug === provider && p.local));
  const keys = own ? keyWords(act.locale, kind) : "";
  return keys === ""
    ? words
    : `${words} ${act.say("With {keys} set where Impresario starts, somebody else could.", { keys })}`;
}

/** It waited for its turn, and the turn did not come. */
export const waitedWords = (act: Act, hours: number, why: Reason): string =>
  act.say("It waited for {hours} hours and nobody could make it: {reason}. Try again when it is quieter.", {
    hours,
    reason: reasonWords(act, why),
  });
