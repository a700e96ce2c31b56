// A second account of the same person: a code made in one, typed in the other, confirmed where it was made.
import { rawOf } from "../../db/connect.ts";
import { type Act, mayActAs } from "../act.ts";
import { type Command, clip } from "../command/index.ts";
import { Refusal, refuse } from "../problem.ts";
import { attach } from "./accounts.ts";
import { type Claim, type CodeRow, endCode, findCode, inLobby, unknownCode } from "./codes.ts";
import { higherRole, mergePersons } from "./merge.ts";
import { claimOf, redeem, tellClaimer } from "./redeem.ts";

/** Redeems a code. A refusal is told and not thrown, so that the try stays counted. */
export async function redeemLink(act: Act, typed: string, confirm: Command): Promise<Refusal | { brand: string }> {
  const door = await findCode(act, typed);
  if (!door) return unknownCode("link");
  if (!inLobby(act) && door.workspaceId !== act.workspace.id) {
    return refuse("rule", "This code is of another workspace. Make one in {workspace}, from your other account.", {
      workspace: act.workspace.name,
    });
  }
  const claim = await accountClaim(act);
  if (claim instanceof Refusal) return claim;
  const name = clip(claim.name, 40);
  return redeem(act, door, claim, {
    kind: "link",
    confirm,
    whyNotYou: (code) => whyNotYou(act, code),
    question: (say, code) => ({
      text: say("{name} on {surface} typed your code. Is that you?", { name, surface: claim.surface }),
      about: [
        {
          kind: "text",
          text: say("If you say yes, both are one person here: {name} may then do what you may, as {role}.", {
            name,
            role: say(`role:${code.issuer_role}`),
          }),
        },
      ],
      yes: say("Yes, that is me"),
    }),
  });
}

function whyNotYou(act: Act, code: CodeRow): Refusal | undefined {
  if (inLobby(act)) return undefined;
  if (code.issuer === act.person.id)
    return refuse("rule", "This is your own code. Type it from your other account, and both become one.");
  // Whoever may do more makes the code: nobody is talked into giving their role away.
  return mayActAs(code.issuer_role, act.person.role) ? undefined : higherRole(act, act.person.role);
}

/** From a place of nobody it is the account that is claimed: the person there is nobody's either. */
async function accountClaim(act: Act): Promise<Claim | Refusal> {
  const claim = claimOf(act);
  if (!inLobby(act)) return claim;
  const [account] = await rawOf(act.db)<{ external: string; locale: string | null }[]>`
    select external, locale from account
    where person_id = ${claim.person} and surface = ${claim.surface} and tenant = ${claim.tenant} limit 1`;
  if (!account) return refuse("rule", "A code can be typed where you have an account: in a chat.");
  const { external, locale } = account;
  return { ...claim, account: { external, ...(locale ? { locale } : {}) } };
}

/** The issuer's yes. */
export async function confirmLink(act: Act, codeId: string): Promise<Claim> {
  const claim = await endCode(act, codeId, "link");
  if (claim.account) await linkAccount(act, claim);
  else await mergePersons(act, claim.person, act.person.id);
  const { name: workspace } = act.workspace;
  await tellClaimer(act, claim, "link", act.say("Linked. You are one person in {workspace} now.", { workspace }));
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
