// Our own machine: it makes things without anybody's key, as algorithms do, and says so.
import { availableParallelism } from "node:os";
import type { Answered, Call, Capability, Provider, Rights } from "../provider.ts";
import { LOCAL_WORDS, writeLocally } from "./local-words.ts";

const RIGHTS: Rights = {
  commercial: "yes",
  stores: "yes",
  terms: "made by this program; yours",
  label: "algorithmic composition",
};
const TEMPLATE: Rights = { ...RIGHTS, label: "a template, no model" };

const words: readonly Capability[] = LOCAL_WORDS.map((kind) => ({
  kind,
  model: "template",
  promptMax: 10_000,
  languages: ["en"],
  price: () => 0n,
  rights: TEMPLATE,
  quality: 0.2,
  usual: 0.1,
}));

export const localProvider = (): Provider => ({
  slug: "local",
  name: "This machine",
  local: true,
  capabilities: words,
  atOnce: availableParallelism(),
  submit,
  // It runs inside the job: what is not here any more never was.
  find: async () => "never arrived",
});

async function submit({ wish }: Call): Promise<Answered> {
  const text = writeLocally(wish);
  return {
    state: "done",
    made: [{ role: "main", type: "text/plain", name: `${wish.kind}.txt`, from: { text } }],
    cost: 0n,
  };
}
