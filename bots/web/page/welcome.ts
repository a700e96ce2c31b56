// Nothing was said yet: what to do first, with a button that does it.
import { html } from "htm/preact";
import type { CommandInfo } from "./api.ts";
import { useShared } from "./context.ts";
import { Mark } from "./icons.ts";
import type { State } from "./model.ts";
import { words } from "./words.ts";

/** Of the commands that a person may run, the ones that show most at once. */
const FIRST = ["help", "status", "channel list", "generate song", "kpi list", "now", "library list", "whoami"];

export function Welcome({ state }: { state: State }) {
  const { open } = useShared();
  const { session, commands } = state;
  const setup = commands.find((c) => c.name === "setup");
  const bare = setup && session?.role === "owner" && !session.workspace.blueprint;
  return html`<section class="welcome">
    <${Mark} />
    <h1>${words.welcome(session?.workspace.name ?? "")}</h1>
    ${
      bare &&
      html`<div class="card start">
        <h2>${words.welcomeNew()}</h2>
        <p class="soft">${words.welcomeNewText()}</p>
        <button type="button" class="button primary" onClick=${() => open(setup)}>${words.chooseBlueprint()}</button>
      </div>`
    }
    <p class="soft">${words.welcomeText()}</p>
    <ul class="tries">${picked(commands).map((c) => html`<li><${Try} command=${c} /></li>`)}</ul>
    <p class="soft keys"><span><kbd>/</kbd> ${words.focuses()}</span> <span><kbd>↑</kbd> ${words.editLast()}</span></p>
  </section>`;
}

function picked(commands: readonly CommandInfo[]): CommandInfo[] {
  const known = FIRST.flatMap((name) => commands.filter((c) => c.name === name));
  return [...known, ...commands.filter((c) => !FIRST.includes(c.name) && c.name !== "setup")].slice(0, 4);
}

function Try({ command }: { command: CommandInfo }) {
  const { model, open } = useShared();
  const go = () =>
    command.inputs.length === 0 ? void model.run(command.name, {}, { said: `/${command.local}` }) : open(command);
  return html`<button type="button" class="try" onClick=${go}>
    <span class="mono">/${command.local}</span><span class="soft">${command.says}</span>
  </button>`;
}
