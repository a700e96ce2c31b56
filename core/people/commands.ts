import { command } from "../command/index.ts";
import { view } from "../view/index.ts";
import { linkCommands } from "./commands-link.ts";
import { personCommands } from "./commands-person.ts";
import { roleCommands } from "./commands-role.ts";
import { selfCommands } from "./commands-self.ts";
import { tokenCommands } from "./commands-token.ts";

export const whoami = command({
  name: "whoami",
  says: "Who you are here, and what you may do",
  role: "member",
  reply: "private",
  reads: true,
  run({ act }) {
    const { person, workspace, role } = act;
    const words = act.say("You are {name}, {role} of {workspace}.", {
      name: person.name,
      role: act.say(`role:${role}`),
      workspace: workspace.name,
    });
    return {
      view: view(words, {
        kind: "fields",
        fields: [
          { label: act.say("Person"), value: person.name },
          { label: act.say("Role"), value: role },
          { label: act.say("Workspace"), value: workspace.name },
          { label: act.say("Language"), value: act.locale },
          { label: act.say("Time zone"), value: workspace.zone },
        ],
      }),
      data: {
        item: {
          id: person.id,
          name: person.name,
          role,
          workspace: workspace.slug,
          locale: act.locale,
          zone: workspace.zone,
        },
      },
    };
  },
});

export const peopleCommands = [
  whoami,
  ...personCommands,
  ...selfCommands,
  ...linkCommands,
  ...roleCommands,
  ...tokenCommands,
];
