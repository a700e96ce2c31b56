import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { command, text } from "../command/index.ts";
import { codeAnswer, inLobby, issueCode } from "../people/index.ts";
import { Refusal, refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import { confirmConnect, redeemConnect } from "./connect.ts";
import { leavePlace } from "./place.ts";

const access = { role: "owner", reply: "private", effects: ["access"], agents: "never" } as const;

const confirm = command({
  ...access,
  name: "confirm connect",
  says: "Say that a place is this workspace's",
  options: { code: text("Which code", { max: 40 }) },
  hidden: true,
  async run({ options, act }) {
    const { placeId, claim } = await confirmConnect(act, options.code);
    return {
      view: view(
        act.say("Connected: the place on {surface} belongs to {workspace} now.", {
          surface: claim.surface,
          workspace: act.workspace.name,
        }),
      ),
      data: { item: { id: placeId } },
    };
  },
});

const connect = command({
  ...access,
  name: "connect",
  says: "Connect a server, a team or a chat to this workspace",
  options: { code: text("The code that the workspace shows", { min: 4, max: 20 }).optional() },
  unbound: true,
  examples: ["connect", "connect code:7KQ2M9XA"],
  async run({ options, act }) {
    if (!options.code) {
      if (inLobby(act))
        throw refuse("rule", "Make the code in your workspace with /connect, then type it here: /connect code:…");
      const issued = await issueCode(act, "connect");
      return codeAnswer(
        act,
        "connect",
        issued,
        act.say("Type /connect code:{code} in the place to connect, then say yes here.", { code: issued.code }),
      );
    }
    const redeemed = await redeemConnect(act, options.code, confirm);
    if (redeemed instanceof Refusal) return { refusal: redeemed };
    return {
      view: view(
        act.say("Almost: now the owner of {workspace} says yes where the code was made.", {
          workspace: redeemed.brand,
        }),
      ),
      data: { item: { workspace: redeemed.brand } },
    };
  },
});

const disconnect = command({
  ...access,
  name: "disconnect",
  says: "Let a connected place go",
  options: {
    place: text("Which place, by the id that /workspace show gives; this one if not said", { max: 40 }).optional(),
  },
  confirm: "always",
  async run({ options, act }) {
    const left = await leavePlace(act, options.place ?? (await thisPlace(act)));
    return view(act.say("{place} on {surface} is connected no more.", { place: left.name, surface: left.surface }));
  },
});

async function thisPlace(act: Act): Promise<string> {
  const { surface, tenant, external } = act.place;
  const [row] = await rawOf(act.db)<{ id: string }[]>`
    select id from place where surface = ${surface} and tenant = ${tenant} and external in (${external}, '')
      and gone_at is null order by external desc limit 1`;
  if (!row) throw refuse("options", "Which place? Give the id that /workspace show names.");
  return row.id;
}

export const connectCommands = [connect, disconnect, confirm];
