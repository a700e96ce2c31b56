// The answer to a message that was kept first: sent by us, where nobody fetches it.
import type { Tx } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { answer, answerAll, type Message } from "../outbox/index.ts";
import { refuse, type Words } from "../problem.ts";
import { localeOf, say } from "../words/say.ts";
import { type Envelope, placeOf, type Reply } from "./envelope.ts";
import { type Errand, undone } from "./perform.ts";
import { writeAnswer } from "./store.ts";

/** The caller is nobody here: nothing runs, and they are told. */
export async function writeUnknown(
  { house, run, envelope }: Errand,
  tx: Tx,
  workspaceId: string,
  failure: { error: unknown } | undefined,
): Promise<Reply> {
  const locale = localeOf(envelope.account.locale);
  const speaker = { run, say: (text: string, vars?: Words) => say(locale, text, vars) };
  const problem = refuse("unknown-caller", "This account is not known here. Ask for a code with /link.");
  const outcome = undone(speaker, envelope, failure ? failure.error : problem);
  const now = house.sources.now();
  await writeAnswer(tx, run, null, outcome, now);
  const reply: Reply = { ...outcome, run };
  const act = { db: tx, workspace: { id: workspaceId }, now, newId: house.sources.newId };
  if (isPushed(envelope)) await pushAnswer(act, { run, envelope }, reply);
  return reply;
}

const PULLED = new Set(["http", "web"]);
export const isPushed = ({ push, surface }: Envelope): boolean => push ?? !PULLED.has(surface);

/** `repeat`: the answer of an earlier run, for a button that was pressed before. */
export const pushAnswer = (
  act: Parameters<typeof answer>[0] & { locale?: string },
  { run, envelope }: Pick<Errand, "run" | "envelope">,
  reply: Reply,
) => answer(act, messageOf(act.locale, { run, envelope }, reply));

/** The same for many of one workspace. */
export const pushAnswers = (
  tx: Tx,
  all: readonly { act: Act; row: Pick<Errand, "run" | "envelope">; reply: Reply }[],
): Promise<void> =>
  answerAll(
    tx,
    all.map(({ act, row, reply }) => ({ act, message: messageOf(act.locale, row, reply) })),
  );

function messageOf(
  locale: string | undefined,
  { run, envelope }: Pick<Errand, "run" | "envelope">,
  reply: Reply,
): Message {
  return {
    place: placeOf(envelope),
    subject: run,
    view: reply.view,
    apart: envelope.apart === true && isFinal(reply),
    hints: {
      ...envelope.hints,
      // The language they chose here, before the one that the platform says.
      ...(locale === undefined ? {} : { locale }),
      account: envelope.account.id,
      status: reply.status,
      command: reply.command,
      ...(reply.run === run ? {} : { repeat: reply.run }),
      ...(reply.shownOnce ? { once: true } : {}),
    },
  };
}

/** It will never be changed: there is nothing on it to press, and its work has ended. */
const isFinal = ({ status, view: { blocks } }: Reply): boolean =>
  status !== "running" &&
  status !== "confirm" &&
  blocks.every(({ kind }) => kind !== "buttons" && kind !== "select" && kind !== "form" && kind !== "progress");
