// A form as a talk: what is needed is asked one by one; what may be said besides stands behind buttons.
import type { Block, Input, Reader } from "../../core/view/index.ts";
import { PLACEHOLDER } from "./limits.ts";
import { type Paragraph, run, shown } from "./markup.ts";
import { cut, type Page, push } from "./page.ts";
import {
  askData,
  type Begun,
  choiceData,
  MORE_DATA,
  nextInput,
  questionLine,
  RUN_DATA,
  SKIP_DATA,
  SKIP_WORD,
} from "./question.ts";

type Form = Extract<Block, { kind: "form" }>;
type Talk = { begun: Begun; title: string; submit: string; inputs: Input[]; given: Record<string, string> };

export function form(block: Form, page: Page): void {
  const begun = block.action && !block.plain ? { token: block.action } : { command: block.command };
  const inputs = block.inputs.map((input) => carried(input, page.files));
  const given = Object.fromEntries(
    inputs.flatMap((i) => (i.value === undefined || i.error !== undefined ? [] : [[i.name, i.value]])),
  );
  const talk: Talk = { begun, title: block.title, submit: block.submit, inputs, given };
  const missing = nextInput(inputs);
  // Of a form that the server sealed we know only what it carries: it is asked for in its order.
  const further = "command" in begun ? page.further : undefined;
  const asked = further && (inputs.find((i) => i.name === further.asked) ?? inputs.find((i) => i.error !== undefined));
  if (asked) question(page, talk, asked, true);
  else if (missing && !further) question(page, talk, missing, false);
  else menu(page, talk, missing);
}

/** A file was sent with the command, and is remembered by where it is. */
function carried(input: Input, files: Page["files"]): Input {
  const word = input.kind === "file" && input.error === undefined ? files?.[input.name] : undefined;
  return word === undefined ? input : { ...input, value: word };
}

const codeOf = (page: Page, { begun, given, title }: Talk, asked?: { name: string; further: boolean }) => {
  const line = questionLine({ ...begun, given, ...(asked ? { asked: asked.name, further: asked.further } : {}) });
  if (!line) page.lost.push(`the form ${title}: what was given is too long to go on with`);
  return line === undefined ? undefined : ({ runs: [run(line, { tag: "code" })] } satisfies Paragraph);
};

function question(page: Page, talk: Talk, input: Input, further: boolean): void {
  const code = codeOf(page, talk, { name: input.name, further });
  if (!code) return;
  const { say } = page.reader;
  const choices = input.choices ?? (input.kind === "yesNo" ? yesNo(page.reader) : input.offers);
  for (const { value, label } of choices ?? []) {
    const data = choiceData(value);
    if (data) push(page, label, data);
    else page.lost.push(`the choice ${label}: it is too long for a button`);
  }
  const skips = further && !input.required;
  if (choices && skips) push(page, say("Skip"), SKIP_DATA);
  page.question.push(...asking(input, page.reader, choices !== undefined, skips), code);
  if (!choices) page.ask = cut(shown(input.hint ?? input.label), PLACEHOLDER) || "…";
  if (!further) more(page, talk, choices !== undefined);
}

function asking(input: Input, { say }: Reader, choices: boolean, skips: boolean): Paragraph[] {
  const example = input.hint && !choices ? ` (${say("such as {example}", { example: input.hint })})` : "";
  const tight = (text: string): Paragraph => ({ runs: [run(text, { tag: "i" })], tight: true });
  return [
    ...(input.error ? [{ runs: [run(`⚠️ ${input.error}`)] }] : []),
    { runs: [run(input.label, { tag: "b" }), run(example)] },
    ...(input.kind === "file" ? [tight(say("Reply to this message with the file."))] : []),
    ...(input.offers && !input.choices ? [tight(say("Press one, or reply to this message with another."))] : []),
    ...(skips && !choices ? [tight(say("Answer with {sign} to skip it.", { sign: SKIP_WORD }))] : []),
  ];
}

/** The way to what is not needed. A message that waits for a reply has no buttons: the one before it gets them. */
function more(page: Page, talk: Talk, together: boolean): void {
  if (!("command" in talk.begun) || talk.inputs.every((i) => i.required)) return;
  const code = together ? undefined : codeOf(page, talk);
  if (!together && !code) return;
  push(page, page.reader.say("More options"), MORE_DATA);
  if (code) page.paragraphs.push(code);
}

/** Everything that can be said, and whatever is needed first. */
function menu(page: Page, talk: Talk, missing: Input | undefined): void {
  const code = codeOf(page, talk);
  if (!code) return;
  const { say } = page.reader;
  const order = [...talk.inputs].sort((a, b) => Number(b.required) - Number(a.required));
  for (const [at, { name, label, value, kind, required }] of order.entries()) {
    const known = value === undefined ? (required ? say("needed") : "") : kind === "file" ? "✓" : cut(value, 60);
    page.paragraphs.push({
      runs: [run(`${name}: `, { tag: "b" }), run(label), run(known && ` · ${known}`)],
      tight: at > 0,
    });
    const data = "command" in talk.begun ? askData(name) : undefined;
    if (data) push(page, name, data);
  }
  page.paragraphs.push(code);
  // The one that runs it stands alone, below.
  if (!missing) {
    page.buttons.push([]);
    push(page, talk.submit, RUN_DATA, "primary");
    page.buttons = page.buttons.filter((row) => row.length > 0);
  }
}

const yesNo = ({ say }: Reader) => [
  { value: "yes", label: say("Yes") },
  { value: "no", label: say("No") },
];
