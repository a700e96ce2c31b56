// Things in the library of a test, as the studio leaves them, and functions of core run as somebody.
import type { Act } from "../core/act.ts";
import { saveAsset } from "../core/assets/index.ts";
import { type Caller, makeAct, readWho } from "../core/inbox/index.ts";
import { addWork, type NewWork } from "../core/library/index.ts";
import { inWorkspace, rawOf } from "../db/connect.ts";
import type { TestHouse } from "./house.ts";

export const actFor = <T>(house: TestHouse, who: Caller, work: (act: Act) => Promise<T>): Promise<T> =>
  inWorkspace(house.database, who.workspaceId, async (tx) => {
    const [person] = await readWho(tx, who.personId);
    const place = { surface: "http", tenant: "", external: "" };
    return work(makeAct(house, { database: house.database, tx }, who, person, house.sources.newId(), place).act);
  });

type Making = Partial<Omit<NewWork, "parts">> & { part?: string; asker?: Caller; asked?: string; bytes?: Uint8Array };

/** Answers with its id, and that of its part where one was wanted. */
export const makeWork = (house: TestHouse, { part, asker, asked, bytes, ...given }: Making = {}) =>
  actFor(house, house.owner, async (act): Promise<{ id: string; part?: string }> => {
    const { id = act.newId(), kind = "song", title = "A Song" } = given;
    const prompt = asked ?? `prompt of ${title}`;
    const file = { kind, type: "audio/wav", name: "song.wav", bytes: bytes ?? Buffer.from(`bytes of ${title}`) };
    await saveAsset(act, { ...file, id });
    const saved = part ? await saveAsset(act, { ...file, kind: part, partOf: id }) : undefined;
    if (asker) await ordered(act, { id, kind, asker, wish: { kind, title, prompt, asked: prompt, seed: 7 } });
    await addWork(act, {
      channel: null,
      status: "draft",
      provider: "tester",
      model: "test-1",
      seed: 7,
      cost: 0n,
      rights: {},
      seconds: 1,
      facts: {},
      batch: null,
      ...given,
      id,
      kind,
      title,
      prompt,
      parts: saved ? { [part!]: saved.id } : {},
    });
    return { id, ...(saved ? { part: saved.id } : {}) };
  });

async function ordered(act: Act, { id, kind, asker, wish }: { id: string; kind: string; asker: Caller; wish: object }) {
  const sql = rawOf(act.db);
  const job = await act.later({ name: "make" }, { item: id });
  const [batch, at] = [act.newId(), act.now.toISOString()];
  await sql`insert into batch (workspace_id, id, job_id, kind, wanted, profile, person_id, open, created_at)
    values (${asker.workspaceId}, ${batch}, ${job}, ${kind}, 1, 'balanced', ${asker.personId}, 0, ${at})`;
  await sql`insert into item (workspace_id, id, batch_id, number, job_id, kind, wish, status, created_at)
    values (${asker.workspaceId}, ${id}, ${batch}, 1, ${job}, ${kind}, ${JSON.stringify(wish)}::text::jsonb, 'made', ${at})`;
}
