import { ROLES } from "../act.ts";
import { choice, command, person, text } from "../command/index.ts";
import { view } from "../view/index.ts";
import { persons } from "./persons.ts";
import { grantRole, listMaps, mapRole, revokeRole, unmapRole } from "./roles.ts";

const access = { role: "owner", reply: "private", effects: ["access"], agents: "never" } as const;

const roleGrant = command({
  ...access,
  name: "role grant",
  says: "Let a person do more",
  options: { person: person(persons, "Whom"), role: choice("What they may do from now on", ROLES) },
  on: { person: "person" },
  examples: ["role grant person:@ken role:staff"],
  async run({ options, act }) {
    await grantRole(act, options.person, options.role);
    const { id, name } = options.person;
    return {
      view: view(act.say("{name} is {role} now.", { name, role: act.say(`role:${options.role}`) })),
      data: { item: { id, role: options.role } },
    };
  },
});

const roleRevoke = command({
  ...access,
  name: "role revoke",
  says: "Take a role away from a person",
  options: { person: person(persons, "From whom"), role: choice("Which role", ROLES) },
  on: { person: "person" },
  examples: ["role revoke person:@ken role:staff"],
  async run({ options, act }) {
    await revokeRole(act, options.person, options.role);
    const { id, name } = options.person;
    return {
      view: view(act.say("{name} may do what everyone may, and no more.", { name })),
      data: { item: { id, role: "member" } },
    };
  },
});

/** A platform's mention of one of its roles, or its bare id. */
const roleId = (raw: string): string =>
  /^<@&(\w+)>$|^<!subteam\^(\w+)(?:\|[^>]*)?>$/.exec(raw)?.slice(1).find(Boolean) ?? raw;

const roleMapSet = command({
  ...access,
  name: "role map",
  says: "Let a role of this platform stand for one of ours",
  options: {
    external: text("The platform's role: mention it, or give its id", { max: 100 }),
    role: choice("What it stands for", ["member", "partner", "staff"]),
    surface: text("On which platform; this one if not said", { max: 40 }).optional(),
    tenant: text("In which server or team; this one if not said", { max: 100 }).optional(),
  },
  examples: ["role map external:@DJs role:partner"],
  async run({ options, act }) {
    const external = roleId(options.external);
    const { surface = act.surface, tenant = act.place.tenant, role } = options;
    const item = await mapRole(act, { surface, tenant, external }, role);
    return {
      view: view(
        act.say("Whoever has {name} on {surface} is {role} here.", {
          name: external,
          surface,
          role: act.say(`role:${role}`),
        }),
      ),
      data: { item },
    };
  },
});

const roleUnmap = command({
  ...access,
  name: "role unmap",
  says: "Let a role of a platform stand for nothing again",
  options: { external: text("The platform's role, or the id that /role maps shows", { max: 100 }) },
  async run({ options, act }) {
    const gone = await unmapRole(act, roleId(options.external));
    return {
      view: view(
        act.say("{name} on {surface} stands for nothing here any more.", {
          name: gone.external,
          surface: gone.surface,
        }),
      ),
      data: { item: { id: gone.id } },
    };
  },
});

const roleMaps = command({
  name: "role maps",
  says: "Which roles of platforms stand for ours",
  role: "owner",
  reply: "private",
  agents: "never",
  reads: true,
  async run({ act }) {
    const items = await listMaps(act);
    return {
      view: view(
        act.say(
          "{count, plural, =0 {No role of a platform is mapped.} one {# role is mapped.} other {# roles are mapped.}}",
          {
            count: items.length,
          },
        ),
        {
          kind: "list",
          items: items.map((m) => ({ id: m.id, text: `${m.surface}: ${m.external}`, note: act.say(`role:${m.role}`) })),
        },
      ),
      data: { items: [...items] },
    };
  },
});

export const roleCommands = [roleGrant, roleRevoke, roleMapSet, roleUnmap, roleMaps];
