// The page: bar, conversation, command line; or the sign-in; or the shape of what comes.
import { html } from "htm/preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Api, CommandInfo, Suggestion } from "./api.ts";
import { Composer } from "./composer.ts";
import { type Shared, SharedContext, useModel } from "./context.ts";
import { Icon, Mark } from "./icons.ts";
import type { Opened } from "./line.ts";
import { follow } from "./live.ts";
import { Log } from "./log.ts";
import type { Model, State } from "./model.ts";
import { SignIn } from "./signin.ts";
import { toggleTheme } from "./theme.ts";
import { words } from "./words.ts";

export function App({ model, api }: { model: Model; api: Api }) {
  const state = useModel(model);
  const person = state.session?.person.id;
  useEffect(() => {
    if (state.phase === "in") return follow(model);
  }, [state.phase, person]);
  if (state.phase === "out") return html`<${SignIn} model=${model} state=${state} />`;
  return html`<${Console} model=${model} api=${api} state=${state} />`;
}

function Console({ model, api, state }: { model: Model; api: Api; state: State }) {
  const [opened, setOpened] = useState<Opened>();
  const line = useRef<HTMLInputElement>(null);
  const focusLine = useCallback(() => {
    line.current?.focus();
    // The line may be drawn only after a form in its place has closed.
    requestAnimationFrame(() => line.current?.focus());
  }, []);
  const shared = useMemo<Shared>(
    () => ({
      model,
      focusLine,
      open: (command: CommandInfo, values = {}) => setOpened({ command, values, at: performance.now() }),
      async complete(command, option, typed): Promise<Suggestion[]> {
        const found = await api.complete(command, option, typed);
        return "items" in found ? found.items : [];
      },
    }),
    [model, api],
  );
  useSlash(line);
  useLinks(model, state);
  useEffect(() => {
    if (state.phase === "in" && matchMedia("(pointer: fine)").matches && !location.hash) focusLine();
  }, [state.phase]);
  useEffect(() => {
    document.title = state.session ? `${state.session.workspace.name} · Impresario` : "Impresario";
  }, [state.session]);
  return html`<${SharedContext.Provider} value=${shared}>
    <a class="skip" href="#line" onClick=${(e: Event) => {
      e.preventDefault();
      focusLine();
    }}>${words.skip()}</a>
    <${Bar} model=${model} state=${state} />
    <${Log} state=${state} />
    <div class="dock"><div class="column">
      ${!state.reachable && html`<p class="banner" role="status">${words.offline()}</p>`}
      ${
        state.notice === "not-found" &&
        html`<p class="banner" role="status">${words.notFound()}
        <button type="button" class="mention" onClick=${() => model.notice(undefined)}>${words.close()}</button></p>`
      }
      <${Composer} opened=${opened} onOpen=${setOpened} lineRef=${line} />
    </div></div>
  </${SharedContext.Provider}>`;
}

function Bar({ model, state }: { model: Model; state: State }) {
  const { session, reachable } = state;
  return html`<header class="bar">
    <${Mark} />
    <span class="bar-name">${session?.workspace.name ?? "Impresario"}</span>
    <span class="link-state ${reachable ? "on" : "off"}" role="status">${reachable ? html`<span class="sr">${words.online()}</span>` : words.reconnecting()}</span>
    <span class="bar-end">
      ${session && html`<span class="bar-person">${session.person.name}</span>`}
      <button type="button" class="round quiet" aria-label=${words.theme()} title=${words.theme()} onClick=${toggleTheme}>
        <span class="when-light"><${Icon} name="moon" /></span><span class="when-dark"><${Icon} name="sun" /></span>
      </button>
      <button type="button" class="round quiet" aria-label=${words.signOut()} title=${words.signOut()} onClick=${() => void model.signOut()}>
        <${Icon} name="leave" />
      </button>
    </span>
  </header>`;
}

/** `/` begins a command from anywhere that is not an input already. */
function useSlash(line: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || !line.current) return;
      const target = e.target as HTMLElement | null;
      if (target?.closest("input, textarea, select, [contenteditable]")) return;
      line.current.focus();
      // In an empty line the key types itself; what was written before is only gone on with.
      if (line.current.value !== "") e.preventDefault();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
}

/** `#run-…` opens a message and marks it. */
function useLinks(model: Model, { phase, history }: State): void {
  const ready = phase === "in" && history !== "first";
  useEffect(() => {
    if (!ready) return;
    const go = () => {
      const run = /^#run-(.+)$/.exec(location.hash)?.[1];
      if (run) void model.find(run);
    };
    go();
    addEventListener("hashchange", go);
    return () => removeEventListener("hashchange", go);
  }, [ready]);
}
