import type { Act } from "../act.ts";
import { BLUEPRINT_NAMES } from "../blueprints/index.ts";
import { choice, colour, command, text } from "../command/index.ts";
import { view } from "../view/index.ts";
import { LOCALES } from "../words/say.ts";
import { makeWorkspace, workspacesOf } from "./make.ts";
import { listPlaces } from "./place.ts";
import { changeSettings, currency, readSettings, type Settings, zone } from "./settings.ts";

const workspaceCreate = command({
  name: "workspace create",
  says: "Make another workspace, with an owner's token of its own",
  options: {
    name: text("What to call it", { max: 80 }),
    blueprint: choice("Which business to start from", BLUEPRINT_NAMES).optional(),
    database: text("In which database; this one if not said", { max: 40 }).optional(),
  },
  role: "owner",
  reply: "private",
  effects: ["access"],
  agents: "never",
  examples: ['workspace create name:"Night Radio" blueprint:radio'],
  async run({ options, act }) {
    const made = await makeWorkspace(act, options);
    const { name } = options;
    const item = { id: made.id, slug: made.slug };
    return {
      view: view(act.say("The workspace {name} is made. Its owner's token was shown once.", { name })),
      data: { item },
      once: {
        view: view(
          act.say("The workspace {name} is made. Copy its owner's token now: it is shown only this once.", { name }),
          { kind: "fields", fields: [{ label: act.say("Token"), value: made.secret }] },
        ),
        data: { item: { ...item, token: made.secret } },
      },
    };
  },
});

const workspaceList = command({
  name: "workspace list",
  says: "This workspace, and those that were made from it",
  role: "owner",
  reply: "private",
  reads: true,
  async run({ act }) {
    const items = await workspacesOf(act);
    return {
      view: view(act.say("{count, plural, one {# workspace.} other {# workspaces.}}", { count: items.length }), {
        kind: "list",
        items: items.map((w) => ({ id: w.id, text: w.name ?? w.slug, note: w.slug })),
      }),
      data: { items },
    };
  },
});

const fieldsOf = (act: Act, now: Settings) => [
  { label: act.say("Name"), value: now.name },
  { label: act.say("Language"), value: now.locale },
  { label: act.say("Time zone"), value: now.zone },
  { label: act.say("Currency"), value: now.currency },
  ...(now.accent ? [{ label: act.say("Colour"), value: now.accent }] : []),
];

const workspaceShow = command({
  name: "workspace show",
  says: "Name, language, time zone, currency, colour and places of this workspace",
  role: "member",
  reads: true,
  async run({ act }) {
    const [now, places] = await Promise.all([readSettings(act), listPlaces(act)]);
    const { id, slug } = act.workspace;
    return {
      view: view(
        act.say("This is {workspace}.", { workspace: now.name }),
        { kind: "fields", fields: fieldsOf(act, now) },
        ...(places.length > 0
          ? [
              {
                kind: "list" as const,
                items: places.map(({ id, name, external, tenant, surface, gone }) => ({
                  id,
                  text: name || external || tenant,
                  note: gone ? act.say("{surface}, closed to us", { surface }) : surface,
                })),
              },
            ]
          : []),
      ),
      data: { item: { id, slug, ...now, places: [...places] } },
    };
  },
});

const workspaceSet = command({
  name: "workspace set",
  says: "Change what this workspace is called and how it counts",
  options: {
    name: text("Its name", { max: 80 }).optional(),
    locale: choice("The language of what it says", LOCALES).optional(),
    zone: zone("Its time zone: when its day begins").optional(),
    currency: currency("The currency of its reports").optional(),
    accent: colour("Its colour").optional(),
  },
  role: "owner",
  examples: ["workspace set zone:Asia/Tokyo currency:JPY", "workspace set accent:#5b4ce0"],
  async run({ options, act }) {
    const { now, changed } = await changeSettings(act, options);
    const text = changed.length > 0 ? act.say("Changed.") : act.say("Nothing was different: it stays as it is.");
    return {
      view: view(text, { kind: "fields", fields: fieldsOf(act, now) }),
      data: { item: { id: act.workspace.id, ...now } },
    };
  },
});

export const workspaceCommands = [workspaceCreate, workspaceList, workspaceShow, workspaceSet];
