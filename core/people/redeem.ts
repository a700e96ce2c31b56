// The life of a code after it was typed: taken once, asked about where it was made, and told where it was typed.
import type { Tx } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { type Command, registry } from "../command/index.ts";
import { turnRun } from "../inbox/index.ts";
import type { Refusal } from "../problem.ts";
import { type Block, view } from "../view/index.ts";
import {
  type Claim,
  CODE_MINUTES,
  type CodeKind,
  type CodeRow,
  type Door,
  doorOf,
  inDoor,
  issuerSays,
  readCode,
  takeCode,
  whyNot,
} from "./codes.ts";

/** What the issuer is asked, in their language. */
type Question = { text: string; about: Block[]; yes: string };

export type Redeeming = {
  kind: CodeKind;
  /** What runs when the issuer says yes. */
  confirm: Command;
  /** Why this code is not for whoever typed it. */
  whyNotYou?(code: CodeRow): Refusal | undefined;
  question(say: Act["say"], code: CodeRow): Question;
};

/** Takes a code and asks its issuer. A refusal is told and not thrown: the try stays counted. */
export const redeem = (act: Act, door: Door, claim: Claim, how: Redeeming): Promise<Refusal | { brand: string }> =>
  inDoor(act, door, async (db) => {
    const code = await readCode(db, door.id);
    const no = whyNot(act, code, how.kind) ?? how.whyNotYou?.(code) ?? (await takeCode(act, db, code.id, claim));
    if (no) return no;
    await askIssuer(act, db, door, code, how);
    return { brand: code.brand };
  });

async function askIssuer(act: Act, db: Tx, door: Door, code: CodeRow, { kind, confirm, question }: Redeeming) {
  const say = issuerSays(code);
  const { text, about, yes } = question(say, code);
  const press = { options: { code: code.id }, uses: "once", audience: "asker", minutes: CODE_MINUTES } as const;
  const shower = { ...act, db, workspace: { id: door.workspaceId }, person: { id: code.issuer }, run: code.run_id };
  await turnRun(shower, registry([confirm]), {
    command: kind,
    status: "confirm",
    data: { item: { id: code.id, expires_at: new Date(code.expires_at).toISOString() } },
    view: view(text, ...about, {
      kind: "buttons",
      buttons: [
        { label: yes, style: "primary", press: { ...press, command: confirm.name, confirmed: true } },
        { label: say("No"), style: "plain", press: { ...press, options: {}, command: "" } },
      ],
    }),
  });
}

/** Where the code was typed it said "confirm it there"; now it says what came of it. */
export const tellClaimer = (act: Act, claim: Claim, kind: CodeKind, text: string): Promise<void> =>
  inDoor(act, doorOf(act, claim), (db) =>
    turnRun(
      { ...act, db, workspace: { id: claim.workspace }, person: { id: claim.person }, run: claim.run },
      registry([]),
      { command: kind, status: "done", view: view(text) },
    ),
  );

/** Who typed the code, and where. */
export const claimOf = ({ surface, place, person, run, workspace }: Act): Claim => ({
  workspace: workspace.id,
  person: person.id,
  name: person.name,
  run,
  surface,
  tenant: place.tenant,
});
