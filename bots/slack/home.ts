// The app's home page: what a person may see now, from the reads that the house has. A new area shows up by its name here.
import type { KnownBlock } from "@slack/types";
import { handle } from "../../core/inbox/index.ts";
import type { Reader, View } from "../../core/view/index.ts";
import { localeOf, say } from "../../core/words/say.ts";
import type { Door } from "../surface.ts";
import { PICK } from "./ack.ts";
import { type From, SURFACE } from "./decode.ts";
import type { Ear } from "./hear.ts";
import { HOME } from "./limits.ts";
import { introduced } from "./people.ts";
import { short } from "./plain.ts";
import { render } from "./render.ts";

/** The first of each row that there is and that the person may run. */
const SECTIONS = [
  ["kpi list", "target list", "status"],
  ["vote list"],
  ["alert list"],
  ["job list"],
  ["now", "channel list"],
] as const;

export async function showHome(ear: Ear, door: Door, from: From): Promise<void> {
  const person = await ear.people.look(from.tenant, from.user);
  const locale = localeOf(person.locale);
  const views = await viewsFor(door, from, person);
  const blocks = pageOf(views, { locale, say: (text, vars) => say(locale, text, vars) }, ear.more.baseUrl);
  await ear.api.call("views.publish", { user_id: from.user, view: { type: "home", blocks } });
}

type Person = Parameters<typeof introduced>[1];

async function viewsFor(door: Door, { tenant, user, name }: From, person: Person): Promise<View[]> {
  const { house } = door;
  const place = { surface: SURFACE, tenant, external: user, whole: true };
  const account = { id: user, ...(name ? { name } : {}) };
  const told = { ...account, ...(person.locale ? { locale: person.locale } : {}) };
  const { database, caller, bound } = await door.enter({ place, account: told });
  const views: View[] = [];
  for (const names of bound ? SECTIONS : [["help"]]) {
    for (const command of names) {
      if (!house.commands.find(command)) continue;
      const asked = introduced(
        {
          surface: SURFACE,
          tenant,
          place: user,
          delivery: "",
          account,
          whole: true,
          content: { kind: "command", name: command, options: {} },
          push: false,
        },
        person,
      );
      const reply = await handle(house, database, caller, asked);
      if (reply.status !== "done") continue;
      views.push(reply.view);
      break;
    }
  }
  return views;
}

export function pageOf(views: readonly View[], reader: Reader, baseUrl: URL | undefined): KnownBlock[] {
  const { say } = reader;
  const button: KnownBlock = {
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: PICK,
        style: "primary",
        text: { type: "plain_text", text: short(say("Run a command"), 75), emoji: false },
      },
    ],
  };
  const sections = views.map((view) => {
    const { messages } = render(view, reader, { home: true, baseUrl });
    return messages.flatMap((m) => m.blocks ?? []);
  });
  const all = [button, ...sections.flatMap((blocks): KnownBlock[] => [{ type: "divider" }, ...blocks])];
  if (all.length <= HOME.blocks) return all;
  const rest = say("There is more than fits here. Ask for it with a command.");
  return [
    ...all.slice(0, HOME.blocks - 1),
    { type: "context", elements: [{ type: "plain_text", text: rest, emoji: false }] },
  ];
}
