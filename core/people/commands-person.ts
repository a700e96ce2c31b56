import { rawOf } from "../../db/connect.ts";
import type { Role } from "../act.ts";
import { command, person, text } from "../command/index.ts";
import { view } from "../view/index.ts";
import { erasePerson } from "./erase.ts";
import { mayHandle, personExport } from "./export.ts";
import { persons } from "./persons.ts";

const PAGE = 50;

type Listed = { id: string; name: string; role: Role; accounts: string[] };

const personList = command({
  name: "person list",
  says: "Who is known here",
  options: {
    query: text("Part of a name", { max: 60 }).optional(),
    after: text("Go on after this id", { max: 40 }).optional(),
  },
  role: "staff",
  reply: "private",
  reads: true,
  async run({ options, act }) {
    const sql = rawOf(act.db);
    const rows = await sql<Listed[]>`
      select p.id, p.name, p.role, array(select a.surface from account a
        where a.workspace_id = p.workspace_id and a.person_id = p.id order by a.surface) as accounts
      from person p where p.merged_into is null and p.erased_at is null
        ${options.query ? sql`and strpos(lower(p.name), lower(${options.query})) > 0` : sql``}
        ${options.after ? sql`and p.id::text < ${options.after}` : sql``}
      order by p.id desc limit ${PAGE + 1}`;
    const items = rows.slice(0, PAGE);
    return {
      view: view(
        act.say("{count, plural, =0 {Nobody by that name.} one {# person.} other {# persons.}}", {
          count: items.length,
        }),
        {
          kind: "list",
          items: items.map((p) => ({ id: p.id, text: p.name, note: act.say(`role:${p.role}`) })),
        },
      ),
      data: { items, ...(rows.length > PAGE ? { next: items.at(-1)?.id } : {}) },
    };
  },
});

const whom = () => person(persons, "Who; you yourself if not said").optional();

const exportCommand = command({
  name: "person export",
  says: "Everything kept about a person, as a file",
  options: { person: whom() },
  role: "member",
  reply: "private",
  async run({ options, act }) {
    const id = options.person?.id ?? act.person.id;
    mayHandle(act, id);
    // The same person wanted by two is two files: each is for whoever asked.
    const job = await act.later(personExport, { person: id }, { key: `${id} ${act.person.id}` });
    return { view: view(act.say("It is being gathered. The file comes here, for you alone.")), job };
  },
});

const erase = command({
  name: "person erase",
  says: "Forget a person: name, accounts and words. There is no way back",
  options: { person: whom() },
  role: "member",
  reply: "private",
  effects: ["delete"],
  confirm: "always",
  agents: "never",
  async run({ options, act }) {
    const id = options.person?.id ?? act.person.id;
    await erasePerson(act, id);
    return {
      view: view(act.say("Erased. What the law wants kept stays, without the name.")),
      data: { item: { id } },
    };
  },
});

export const personCommands = [personList, exportCommand, erase];
