// Prompts, seen and changed from chat.
import { command, pick, text, whole } from "../command/index.ts";
import { view } from "../view/index.ts";
import { diffOf, listPrompts, type Prompt, prompts, setPrompt, VARIABLES } from "./prompts.ts";

const itemOf = ({ name, title, kind, versions }: Prompt) => ({ id: name, name, title, kind, versions });

export const promptList = command({
  name: "prompt list",
  says: "The words that are sent to those who make things",
  role: "staff",
  reads: true,
  examples: ["prompt list"],
  async run({ act }) {
    const all = await listPrompts(act);
    const columns = [
      { label: act.say("Prompt") },
      { label: act.say("Name") },
      { label: act.say("Version"), align: "right" as const },
    ];
    const rows = all.map((p) => [
      p.title,
      p.name,
      p.versions
        .filter((v) => v.weight > 0)
        .map((v) => (v.weight === 100 ? `${v.version}` : `${v.version} (${v.weight}%)`))
        .join(", "),
    ]);
    const words = act.say("{count, plural, one {# prompt} other {# prompts}}.", { count: all.length });
    return { view: view(words, { kind: "table", columns, rows }), data: { items: all.map(itemOf) } };
  },
});

export const promptShow = command({
  name: "prompt show",
  says: "One prompt: its words, versions and variables",
  role: "staff",
  reads: true,
  options: { name: pick(prompts, "Which prompt") },
  examples: ["prompt show genres/noir-jazz"],
  run({ act, options: { name: prompt } }) {
    const [newest] = prompt.versions;
    const versions = prompt.versions.map((v) => ({
      text: act.say("Version {version}, taken {weight}% of the time", { version: v.version, weight: v.weight }),
      note: v.setBy ?? act.say("the file"),
    }));
    const variables = Object.keys(VARIABLES)
      .map((v) => `{${v}}`)
      .join(" ");
    return {
      view: view(
        act.say("{title}, version {version}.", { title: prompt.title, version: newest!.version }),
        { kind: "text", text: newest!.body },
        { kind: "list", items: versions },
        { kind: "text", text: act.say("Variables: {variables}", { variables }), tone: "soft" },
      ),
      data: { item: itemOf(prompt) },
    };
  },
});

export const promptSet = command({
  name: "prompt set",
  says: "Write a prompt anew; what is made from now on uses it",
  role: "staff",
  options: {
    name: pick(prompts, "Which prompt"),
    body: text("Its words, with variables such as the mood in braces", { max: 4000 }),
    weight: whole("How often it is taken, in percent; the others share the rest", { min: 1, max: 100, default: 100 }),
  },
  examples: ['prompt set genres/noir-jazz "Slow noir jazz, {mood}" weight:50'],
  async run({ act, options: { name: prompt, body, weight } }) {
    const before = prompt.versions[0]!;
    const now = await setPrompt(act, prompt, body, weight);
    const after = (await prompts.find(act, prompt.name))!;
    const words = act.say("{title} is at version {version} now.", { title: prompt.title, version: now.version });
    return {
      view: view(words, { kind: "text", text: diffOf(before.body, body) }),
      data: { item: itemOf(after) },
    };
  },
});

export const promptCommands = [promptList, promptShow, promptSet];
