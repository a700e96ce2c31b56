import type { Act } from "../act.ts";
import { command, text } from "../command/index.ts";
import { Refusal, refuse } from "../problem.ts";
import { view } from "../view/index.ts";
import { type CodeKind, type Issued, inLobby, issueCode } from "./codes.ts";
import { confirmLink, redeemLink } from "./link.ts";
import { pickAccount, splitAccount } from "./split.ts";

/** A code is shown once, as a token is: the stored answer only says that there was one. */
export function codeAnswer(act: Act, kind: CodeKind, { id, code, expiresAt }: Issued, whereTo: string) {
  const item = { id, expires_at: expiresAt.toISOString() };
  return {
    view: view(act.say("A code was shown here once. If it is lost, make a new one with /{kind}.", { kind })),
    data: { item },
    once: {
      view: view(
        act.say("Your code is {code}. It works once, for ten minutes.", { code }),
        { kind: "fields", fields: [{ label: act.say("Code"), value: code }] },
        { kind: "text", text: whereTo },
      ),
      data: { item: { ...item, code } },
    },
  };
}

const confirm = command({
  name: "confirm link",
  says: "Say that a second account is yours",
  options: { code: text("Which code", { max: 40 }) },
  role: "member",
  reply: "private",
  effects: ["access"],
  agents: "never",
  hidden: true,
  async run({ options, act }) {
    const claim = await confirmLink(act, options.code);
    return {
      view: view(
        act.say("Linked: your account on {surface} is you here too. /unlink takes it off again.", {
          surface: claim.surface,
        }),
      ),
      data: { item: { id: act.person.id, role: act.role } },
    };
  },
});

const link = command({
  name: "link",
  says: "Be one person on every platform",
  options: { code: text("The code that your other account shows", { min: 4, max: 20 }).optional() },
  role: "member",
  reply: "private",
  effects: ["access"],
  agents: "never",
  unbound: true,
  examples: ["link", "link code:7KQ2M9XA"],
  async run({ options, act }) {
    if (!options.code) {
      if (inLobby(act))
        throw refuse("rule", "Make the code in a place of your workspace with /link, then type it here: /link code:…");
      const issued = await issueCode(act, "link");
      return codeAnswer(
        act,
        "link",
        issued,
        act.say("Type /link code:{code} from your other account, then say yes here.", { code: issued.code }),
      );
    }
    const redeemed = await redeemLink(act, options.code, confirm);
    if (redeemed instanceof Refusal) return { refusal: redeemed };
    return {
      view: view(act.say("Almost: now say yes where the code was made.")),
      data: { item: { workspace: redeemed.brand } },
    };
  },
});

const unlink = command({
  name: "unlink",
  says: "Make an account a person of its own again",
  options: { account: text("Which account; the one you speak from if not said", { max: 100 }).optional() },
  role: "member",
  reply: "private",
  effects: ["access"],
  agents: "never",
  async run({ options, act }) {
    const account = await pickAccount(act, options.account);
    const { id, back, ended } = await splitAccount(act, account);
    const since = back
      ? act.say(
          "Tokens and browsers from before are each one's own again. Browsers that signed in since sign in once more.",
        )
      : act.say("Every browser signs in once more.");
    const tokens = act.say(
      "{count, plural, one {# token that was made since is revoked.} other {# tokens that were made since are revoked.}}",
      { count: ended },
    );
    return {
      view: view(
        act.say("{account} on {surface} is a person of its own again. What was done until now stays as it was noted.", {
          account: account.name || account.external,
          surface: account.surface,
        }),
        { kind: "text", tone: "soft", text: ended > 0 ? `${since} ${tokens}` : since },
      ),
      data: { item: { id, account: account.id, tokens_revoked: ended } },
    };
  },
});

export const linkCommands = [link, unlink, confirm];
