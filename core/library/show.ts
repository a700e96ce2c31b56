// A work as people see it: its player, what it is, and where it comes from.
import type { Act } from "../act.ts";
import { decimalOf } from "../amount.ts";
import type { Block, Button, Field } from "../view/index.ts";
import { type Finding, findingWords, verdictsOf, verdictWords } from "../voice/index.ts";
import type { Work } from "./work.ts";

const urlOf = (id: string) => `/api/v1/assets/${id}`;

/** The thing itself: something to hear, to see, or to take along. */
export function playerOf(work: Work): Block {
  const media = { url: urlOf(work.id), alt: work.title, type: work.type, asset: work.id };
  const length = work.seconds === null ? {} : { seconds: Math.round(work.seconds) };
  if (work.type.startsWith("audio/")) return { kind: "audio", title: work.title, ...length, ...media };
  const poster = work.parts.cover ? { poster: urlOf(work.parts.cover) } : {};
  if (work.type.startsWith("video/")) return { kind: "video", title: work.title, ...length, ...poster, ...media };
  if (work.type.startsWith("image/")) return { kind: "picture", ...media };
  if (typeof work.facts.text === "string") return { kind: "text", text: work.facts.text };
  return { kind: "file", url: urlOf(work.id), name: work.name, type: work.type, bytes: Number(work.bytes) };
}

export const lengthWords = (seconds: number): string => {
  const all = Math.round(seconds);
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
};

/** Exact, as data: "0.150000". */
export const costData = (work: Pick<Work, "cost">) => ({
  amount: decimalOf(BigInt(work.cost), "USD/6"),
  currency: "USD",
});

export function costWords(act: Pick<Act, "say" | "locale">, cost: bigint): string {
  if (cost === 0n) return act.say("nothing");
  return new Intl.NumberFormat(act.locale, { style: "currency", currency: "USD", maximumFractionDigits: 4 }).format(
    decimalOf(cost, "USD/6") as Intl.StringNumericLiteral,
  );
}

export function factsOf(act: Act, work: Work): Field[] {
  const { bpm, key, checks } = work.facts as { bpm?: number; key?: string; checks?: Finding[] };
  const verdicts = verdictsOf(work.facts);
  const made = work.rights.label ? `${work.provider} · ${work.rights.label}` : `${work.provider} · ${work.model}`;
  return [
    ...(work.channelName ? [{ label: act.say("Channel"), value: work.channelName }] : []),
    ...(work.seconds === null ? [] : [{ label: act.say("Length"), value: lengthWords(work.seconds) }]),
    ...(bpm ? [{ label: act.say("Tempo"), value: `${Math.round(bpm)} BPM` }] : []),
    ...(key ? [{ label: act.say("Key"), value: key }] : []),
    { label: act.say("Made by"), value: made },
    {
      label: act.say("Cost"),
      value: work.facts.again
        ? act.say("nothing: the same words were written before")
        : costWords(act, BigInt(work.cost)),
    },
    ...(checks?.length
      ? [{ label: act.say("Look at"), value: checks.map((f) => findingWords(act, f)).join("; ") }]
      : []),
    ...(verdicts.length > 0
      ? [{ label: act.say("Checked"), value: verdicts.map((v) => verdictWords(act, v)).join("; ") }]
      : []),
  ];
}

type Rendition = { name: string; asset: string; shape: string; width: number; height: number };
type Left = { step: string; why: string };

/** Of a film: its other shapes, its captions, and what it had to do without. */
export function familyOf(act: Act, work: Work): Block[] {
  const { renditions = [], left = [] } = work.facts as { renditions?: Rendition[]; left?: Left[] };
  const links = renditions
    .filter(({ asset }) => asset !== work.id)
    .map(({ asset, shape, width, height }): Block => {
      return { kind: "link", url: urlOf(asset), label: `${shape} · ${width}×${height}` };
    });
  const beside = (["vtt", "srt"] as const).flatMap((role): Block[] => {
    const id = work.parts[role];
    return id === undefined
      ? []
      : [{ kind: "link", url: urlOf(id), label: `${act.say("Captions")} · ${role.toUpperCase()}` }];
  });
  const without = left.map(({ step, why }): Block => {
    const words = act.say("Made without this: {step}. {why}", { step: act.say(`step:${step}`), why });
    return { kind: "text", text: words, tone: "soft" };
  });
  return [...without, ...links, ...beside];
}

/** Where it came from, for whoever has to know later. */
export function provenanceOf(act: Act, work: Work): Field[] {
  const { rights } = work;
  return [
    { label: act.say("Model"), value: work.model },
    ...(work.promptName ? [{ label: act.say("Prompt"), value: `${work.promptName} v${work.promptVersion ?? 1}` }] : []),
    ...(work.seed === null ? [] : [{ label: act.say("Seed"), value: String(work.seed) }]),
    ...(rights.commercial ? [{ label: act.say("May be sold"), value: act.say(`rights:${rights.commercial}`) }] : []),
    ...(rights.stores ? [{ label: act.say("May go to stores"), value: act.say(`rights:${rights.stores}`) }] : []),
    ...(rights.terms ? [{ label: act.say("Terms"), value: rights.terms }] : []),
    { label: "SHA-256", value: work.sha256 },
    ...(work.reason ? [{ label: act.say("Reason"), value: work.reason }] : []),
  ];
}

/** What staff may do with a draft. One of the three, once. */
export const reviewButtons = (act: Act, work: Pick<Work, "id">): Block => {
  const button = (label: string, command: string, style?: Button["style"]): Button => ({
    label,
    ...(style ? { style } : {}),
    press: {
      command,
      options: { asset: work.id },
      uses: "once",
      audience: "staff",
      confirmed: true,
      minutes: 7 * 24 * 60,
    },
  });
  return {
    kind: "buttons",
    buttons: [
      button(act.say("Approve"), "review approve", "primary"),
      button(act.say("Redo"), "review redo"),
      button(act.say("Reject"), "review reject", "danger"),
    ],
  };
};

/** Composed by this machine: it can be taken apart. */
export const partButtons = (act: Act, { id, provider, kind, parts }: Work): Block[] => {
  if (provider !== "local" || (kind !== "song" && kind !== "loop") || !parts.midi) return [];
  const button = (label: string, what: string): Button => ({
    label,
    press: { command: "library export", options: { asset: id, what }, uses: "many", audience: "staff" },
  });
  return [
    { kind: "buttons", buttons: [button(act.say("Stems as WAV"), "stems"), button(act.say("Notes as MIDI"), "midi")] },
  ];
};

export const itemOf = (work: Work) => ({
  id: work.id,
  kind: work.kind,
  title: work.title,
  status: work.status,
  channel: work.channel,
  seconds: work.seconds,
  cost: costData(work),
  provider: work.provider,
  model: work.model,
  prompt: work.prompt,
  seed: work.seed,
  rights: work.rights,
  facts: work.facts,
  parts: work.parts,
  sha256: work.sha256,
  bytes: Number(work.bytes),
  type: work.type,
  url: urlOf(work.id),
  created_at: new Date(work.createdAt).toISOString(),
});
