// A place becomes a workspace's: an owner's code, typed in the place, confirmed where it was made.
import type { Tx } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { type Command, clip, registry } from "../command/index.ts";
import { turnRun } from "../inbox/index.ts";
import {
  type Claim,
  CODE_MINUTES,
  type CodeRow,
  type Door,
  doorOf,
  endCode,
  findCode,
  inDoor,
  inLobby,
  issuerSays,
  readCode,
  takeCode,
  unknownCode,
  whyNot,
} from "../people/index.ts";
import { type Refusal, refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import { bindPlace, lookUpPlace } from "./place.ts";

/** Redeems a code in a place of nobody. A refusal is told and not thrown, so that the try stays counted. */
export async function redeemConnect(act: Act, typed: string, confirm: Command): Promise<Refusal | { brand: string }> {
  const door = await findCode(act, typed);
  if (!door) return unknownCode("connect");
  if (!inLobby(act)) {
    return refuse("rule", "You are in {workspace} here already. Type the code in the place that is to be connected.", {
      workspace: act.workspace.name,
    });
  }
  const { surface, place, person, run, workspace } = act;
  const claim: Claim = {
    workspace: workspace.id,
    person: person.id,
    name: person.name,
    run,
    surface,
    tenant: place.tenant,
    external: place.external,
    ...(place.whole ? { whole: true } : {}),
  };
  return inDoor(act, door, async (db) => {
    const code = await readCode(db, door.id);
    const no = whyNot(act, code, "connect");
    if (no) return no;
    await takeCode(act, db, code.id, claim);
    await askIssuer(act, db, door, code, claim, confirm);
    return { brand: code.brand };
  });
}

async function askIssuer(act: Act, db: Tx, door: Door, code: CodeRow, claim: Claim, confirm: Command): Promise<void> {
  const say = issuerSays(code);
  const press = { options: { code: code.id }, uses: "once", audience: "asker", minutes: CODE_MINUTES } as const;
  const shower = { ...act, db, workspace: { id: door.workspaceId }, person: { id: code.issuer }, run: code.run_id };
  const where = claim.whole ? claim.tenant : (claim.external ?? "");
  await turnRun(shower, registry([confirm]), {
    command: "connect",
    status: "confirm",
    data: { item: { id: code.id, expires_at: new Date(code.expires_at).toISOString() } },
    view: view(
      say("{name} typed your code on {surface}. Connect that place to {workspace}?", {
        name: clip(claim.name, 40),
        surface: claim.surface,
        workspace: code.brand,
      }),
      {
        kind: "fields",
        fields: [
          { label: say("Place"), value: clip(where) },
          { label: say("On"), value: claim.surface },
        ],
      },
      { kind: "text", tone: "soft", text: say("Everyone who speaks there becomes a member here.") },
      {
        kind: "buttons",
        buttons: [
          { label: say("Connect"), style: "primary", press: { ...press, command: confirm.name, confirmed: true } },
          { label: say("No"), style: "plain", press: { ...press, options: {}, command: "" } },
        ],
      },
    ),
  });
}

/** The issuer's yes. */
export async function confirmConnect(act: Act, codeId: string): Promise<{ placeId: string; claim: Claim }> {
  const claim = await endCode(act, codeId, "connect");
  const place = {
    surface: claim.surface,
    tenant: claim.tenant,
    external: claim.external ?? "",
    ...(claim.whole ? { whole: true } : {}),
  };
  // One database sees only its own places; the unique index there decides, this asks the others.
  const elsewhere = act.databases.filter((d) => d !== act.database);
  if (elsewhere.length > 0 && (await lookUpPlace(elsewhere, place)))
    throw refuse("clash", "This place belongs to another workspace. Its owner can let it go with /disconnect.");
  const placeId = await bindPlace(act, place);
  await inDoor(act, doorOf(act, claim), (db) =>
    turnRun(
      { ...act, db, workspace: { id: claim.workspace }, person: { id: claim.person }, run: claim.run },
      registry([]),
      {
        command: "connect",
        status: "done",
        view: view(
          act.say("This place belongs to {workspace} now. /help shows what can be done.", {
            workspace: act.workspace.name,
          }),
        ),
      },
    ),
  );
  return { placeId, claim };
}
