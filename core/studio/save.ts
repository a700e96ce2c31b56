// A thing that passed the gate becomes an asset, under the id that was promised, with all that is known of its making.
import type { Act } from "../act.ts";
import { saveAsset } from "../assets/index.ts";
import { addWork } from "../library/index.ts";
import type { Passed } from "./gate.ts";
import { type Gathered, piecesOf } from "./gather.ts";
import type { Step } from "./make.ts";

export async function saveMade(
  act: Act,
  { item, attempt, capability }: Step,
  main: Gathered,
  others: readonly Gathered[],
  { seconds, facts }: Passed,
): Promise<void> {
  const { wish } = item;
  const title = typeof facts.title === "string" ? facts.title : wish.title;
  const type = typeof facts.type === "string" ? facts.type : main.type;
  await saveAsset(act, { id: item.id, kind: item.kind, type, name: main.name, bytes: piecesOf(main.file) });
  const parts: Record<string, string> = {};
  for (const other of others) {
    const saved = await saveAsset(act, {
      kind: other.role,
      partOf: item.id,
      type: other.type,
      name: other.name,
      bytes: piecesOf(other.file),
    });
    parts[other.role] = saved.id;
  }
  const { title: _, type: __, seconds: ___, ...rest } = facts;
  await addWork(act, {
    id: item.id,
    kind: item.kind,
    title,
    channel: item.channel,
    status: await letOut(),
    provider: attempt.provider,
    model: attempt.model,
    prompt: wish.prompt,
    promptName: wish.promptName,
    promptVersion: wish.promptVersion,
    seed: wish.seed,
    cost: BigInt(attempt.cost ?? attempt.estimate),
    rights: capability.rights,
    seconds,
    facts: rest,
    parts,
    batch: item.batch,
  });
}

/** A draft, until somebody of the staff lets it out. */
const letOut = async () => "draft" as const;
