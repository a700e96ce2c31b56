// The rules of the brand's voice, seen and set.
import type { Act } from "../act.ts";
import { choice, command, text } from "../command/index.ts";
import { view } from "../view/index.ts";
import { LEVELS, type Level, readVoice, setVoice, VOICE_KINDS, type VoiceKind, type VoiceRule } from "./voice.ts";

const kindWords = (act: Act, kind: VoiceKind): string =>
  ({
    word: act.say("a word"),
    claim: act.say("a claim"),
    link: act.say("links"),
    shouting: act.say("shouting"),
    personal: act.say("personal data"),
  })[kind];

const levelWords = (act: Act, level: Level): string =>
  ({ refuse: act.say("refused"), warn: act.say("a person decides"), off: act.say("allowed") })[level];

const itemOf = ({ kind, value, level, own }: VoiceRule) => ({ id: `${kind} ${value}`.trim(), kind, value, level, own });

export const brandList = command({
  name: "brand list",
  says: "What may not be in anything that is asked for or let out",
  role: "staff",
  reads: true,
  examples: ["brand list"],
  async run({ act }) {
    const rules = await readVoice(act);
    const columns = [{ label: act.say("What") }, { label: act.say("Which") }, { label: act.say("Then") }];
    const rows = rules.map((r) => [kindWords(act, r.kind), r.value, levelWords(act, r.level)]);
    const words = act.say("{count, plural, one {# rule} other {# rules}} for what is asked for and let out.", {
      count: rules.length,
    });
    return { view: view(words, { kind: "table", columns, rows }), data: { items: rules.map(itemOf) } };
  },
});

export const brandSet = command({
  name: "brand set",
  says: "Refuse a word, a claim, links, shouting or personal data, or allow them",
  role: "owner",
  options: {
    kind: choice("What it is about", VOICE_KINDS),
    value: text("Which word or claim", { max: 100 }).optional(),
    level: choice("Refuse it, have a person decide, or allow it", LEVELS, { default: "refuse" }),
  },
  examples: ["brand set word value:cheap", "brand set link level:refuse"],
  async run({ act, options: { kind, value, level } }) {
    await setVoice(act, kind, value, level);
    const what = value === undefined ? kindWords(act, kind) : `${kindWords(act, kind)}: ${value}`;
    const words = act.say("{what}: {level} from now on.", { what, level: levelWords(act, level) });
    return { view: view(words), data: { items: (await readVoice(act)).map(itemOf) } };
  },
});

export const voiceCommands = [brandList, brandSet];
