import { ROLES } from "../act.ts";
import { choice, command, text } from "../command/index.ts";
import { view } from "../view/index.ts";
import { createToken, listTokens, revokeToken } from "./tokens.ts";

const PAGE = 50;

const tokenCreate = command({
  name: "token create",
  says: "Make a token for a script or another system",
  options: {
    name: text("What it is for", { max: 60 }),
    role: choice("What it may do", ROLES, { default: "member" }),
  },
  role: "owner",
  reply: "private",
  effects: ["access"],
  agents: "never",
  examples: ["token create name:website role:staff"],
  async run({ options, act }) {
    const made = await createToken(act, options);
    const { name } = options;
    const item = { id: made.id, person: made.personId };
    return {
      view: view(
        act.say("The token {name} is made. It was shown once; if it is lost, revoke it and make another.", { name }),
      ),
      data: { item },
      once: {
        view: view(
          act.say("The token {name} is made. Copy it now: it is shown only this once.", { name }),
          {
            kind: "fields",
            fields: [
              { label: act.say("Token"), value: made.secret },
              { label: act.say("Role"), value: act.say(`role:${options.role}`) },
            ],
          },
          { kind: "text", tone: "soft", text: act.say("Whoever has it acts with this role. /token revoke ends it.") },
        ),
        data: { item: { ...item, token: made.secret } },
      },
    };
  },
});

const tokenList = command({
  name: "token list",
  says: "Tokens that may act here",
  options: { after: text("Go on after this id", { max: 40 }).optional() },
  role: "owner",
  reply: "private",
  agents: "never",
  reads: true,
  async run({ options, act }) {
    const rows = await listTokens(act.db, options.after, PAGE + 1);
    const shown = rows.slice(0, PAGE);
    const items = shown.map((t) => ({ ...t, made: new Date(t.made).toISOString() }));
    return {
      view: view(
        act.say("{count, plural, =0 {No tokens yet.} one {# token.} other {# tokens.}}", { count: items.length }),
        {
          kind: "list",
          items: shown.map((t) => ({ id: t.id, text: t.name, note: act.say(`role:${t.role}`) })),
        },
      ),
      data: { items, ...(rows.length > PAGE ? { next: items.at(-1)?.id } : {}) },
    };
  },
});

const tokenRevoke = command({
  name: "token revoke",
  says: "End a token at once",
  options: { name: text("Its name, or the id that /token list shows", { max: 60 }) },
  role: "owner",
  reply: "private",
  effects: ["access"],
  agents: "never",
  examples: ["token revoke name:website"],
  async run({ options, act }) {
    const ended = await revokeToken(act, options.name);
    return {
      view: view(act.say("The token {name} is revoked. Nobody can use it any more.", { name: ended.name })),
      data: { item: { id: ended.id } },
    };
  },
});

export const tokenCommands = [tokenCreate, tokenList, tokenRevoke];
