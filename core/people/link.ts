// A second account of the same person: a code made in one, typed in the other, confirmed where it was made.
import { rawOf, type Tx } from "../../db/connect.ts";
import { type Act, mayActAs } from "../act.ts";
import { type Command, clip, registry } from "../command/index.ts";
import { turnRun } from "../inbox/index.ts";
import { type Refusal, refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import { attach } from "./accounts.ts";
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
} from "./codes.ts";
import { higherRole, mergePersons } from "./merge.ts";

/** Redeems a code. A refusal is told and not thrown, so that the try stays counted. */
export async function redeemLink(act: Act, typed: string, confirm: Command): Promise<Refusal | { brand: string }> {
  const door = await findCode(act, typed);
  if (!door) return unknownCode("link");
  if (!inLobby(act) && door.workspaceId !== act.workspace.id) {
    return refuse("rule", "This code is of another workspace. Make one in {workspace}, from your other account.", {
      workspace: act.workspace.name,
    });
  }
  const claim = await claimOf(act);
  return inDoor(act, door, async (db) => {
    const code = await readCode(db, door.id);
    const no = whyNot(act, code, "link") ?? whyNotYou(act, code);
    if (no) return no;
    await takeCode(act, db, code.id, claim);
    await askIssuer(act, db, door, code, claim, confirm);
    return { brand: code.brand };
  });
}

function whyNotYou(act: Act, code: CodeRow): Refusal | undefined {
  if (inLobby(act)) return undefined;
  if (code.issuer === act.person.id)
    return refuse("rule", "This is your own code. Type it from your other account, and both become one.");
  // Whoever may do more makes the code: nobody is talked into giving their role away.
  return mayActAs(code.issuer_role, act.person.role) ? undefined : higherRole(act, act.person.role);
}

async function claimOf(act: Act): Promise<Claim> {
  const { surface, place, person, run, workspace } = act;
  const claim: Claim = {
    workspace: workspace.id,
    person: person.id,
    name: person.name,
    run,
    surface,
    tenant: place.tenant,
  };
  if (!inLobby(act)) return claim;
  const [account] = await rawOf(act.db)<{ external: string; locale: string | null }[]>`
    select external, locale from account
    where person_id = ${person.id} and surface = ${surface} and tenant = ${place.tenant} limit 1`;
  if (!account) throw refuse("rule", "A code can be typed where you have an account: in a chat.");
  const { external, locale } = account;
  return { ...claim, account: { external, ...(locale ? { locale } : {}) } };
}

async function askIssuer(act: Act, db: Tx, door: Door, code: CodeRow, claim: Claim, confirm: Command): Promise<void> {
  const say = issuerSays(code);
  const name = clip(claim.name, 40);
  const press = { options: { code: code.id }, uses: "once", audience: "asker", minutes: CODE_MINUTES } as const;
  const shower = { ...act, db, workspace: { id: door.workspaceId }, person: { id: code.issuer }, run: code.run_id };
  await turnRun(shower, registry([confirm]), {
    command: "link",
    status: "confirm",
    data: { item: { id: code.id, expires_at: new Date(code.expires_at).toISOString() } },
    view: view(
      say("{name} on {surface} typed your code. Is that you?", { name, surface: claim.surface }),
      {
        kind: "text",
        text: say("If you say yes, both are one person here: {name} may then do what you may, as {role}.", {
          name,
          role: say(`role:${code.issuer_role}`),
        }),
      },
      {
        kind: "buttons",
        buttons: [
          {
            label: say("Yes, that is me"),
            style: "primary",
            press: { ...press, command: confirm.name, confirmed: true },
          },
          { label: say("No"), style: "plain", press: { ...press, options: {}, command: "" } },
        ],
      },
    ),
  });
}

/** The issuer's yes. */
export async function confirmLink(act: Act, codeId: string): Promise<Claim> {
  const claim = await endCode(act, codeId, "link");
  if (claim.account) await linkAccount(act, claim);
  else await mergePersons(act, claim.person, act.person.id);
  await tellClaimer(act, claim);
  return claim;
}

/** An account from a place of nobody: it may be new here, or have a person here already. */
async function linkAccount(act: Act, { surface, tenant, name, account }: Claim): Promise<void> {
  const seen = { surface, tenant, name, ...account!, external: account!.external };
  const room = { db: act.db, workspaceId: act.workspace.id, now: act.now, newId: act.newId };
  if (await attach(room, seen, act.person.id, "known person")) {
    act.changed({ what: "account", id: seen.external, to: { person: act.person.id, surface } });
    return;
  }
  const [there] = await rawOf(act.db)<{ person_id: string }[]>`
    select person_id from account where surface = ${surface} and tenant = ${tenant} and external = ${seen.external}`;
  if (there && there.person_id !== act.person.id) await mergePersons(act, there.person_id, act.person.id);
}

/** Where the code was typed it said "confirm it there"; now it says what came of it. */
const tellClaimer = (act: Act, claim: Claim) =>
  inDoor(act, doorOf(act, claim), (db) =>
    turnRun(
      { ...act, db, workspace: { id: claim.workspace }, person: { id: claim.person }, run: claim.run },
      registry([]),
      {
        command: "link",
        status: "done",
        view: view(act.say("Linked. You are one person in {workspace} now.", { workspace: act.workspace.name })),
      },
    ),
  );
