// A place becomes a workspace's: an owner's code, typed in the place, confirmed where it was made.
import type { Act } from "../act.ts";
import { type Command, clip } from "../command/index.ts";
import { type Claim, claimOf, endCode, findCode, inLobby, redeem, tellClaimer, unknownCode } from "../people/index.ts";
import { type Refusal, refuse } from "../problem.ts";
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
  const { external, whole } = act.place;
  const claim: Claim = { ...claimOf(act), external, ...(whole ? { whole: true } : {}) };
  return redeem(act, door, claim, {
    kind: "connect",
    confirm,
    question: (say, code) => ({
      text: say("{name} typed your code on {surface}. Connect that place to {workspace}?", {
        name: clip(claim.name, 40),
        surface: claim.surface,
        workspace: code.brand,
      }),
      about: [
        {
          kind: "fields",
          fields: [
            { label: say("Place"), value: clip(whole ? claim.tenant : external) },
            { label: say("On"), value: claim.surface },
          ],
        },
        { kind: "text", tone: "soft", text: say("Everyone who speaks there becomes a member here.") },
      ],
      yes: say("Connect"),
    }),
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
  const { name: workspace } = act.workspace;
  const text = act.say("This place belongs to {workspace} now. /help shows what can be done.", { workspace });
  await tellClaimer(act, claim, "connect", text);
  return { placeId, claim };
}
