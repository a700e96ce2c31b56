// Signed out: paste a token, and what to do without one.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Mark } from "./icons.ts";
import type { Model, State } from "./model.ts";
import { words } from "./words.ts";

export function SignIn({ model, state }: { model: Model; state: State }) {
  const field = useRef<HTMLInputElement>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const send = async (e: Event) => {
    e.preventDefault();
    const token = field.current?.value.trim() ?? "";
    if (busy) return;
    if (!token) {
      setError(words.tokenNeeded());
      return field.current?.focus();
    }
    setBusy(true);
    setError("");
    const problem = await model.signIn(token);
    setBusy(false);
    if (!problem) return;
    setError(problem.http === 401 ? words.tokenWrong() : problem.detail || words.broken());
    field.current?.select();
  };
  return html`<main class="signin">
    <form class="card" noValidate onSubmit=${send} aria-labelledby="signin-title">
      <${Mark} />
      <h1 id="signin-title">Impresario</h1>
      <p class="soft">${why(state.notice)}</p>
      <div class="input ${error ? "wrong" : ""}">
        <label for="token">${words.token()}</label>
        <input ref=${field} id="token" type="password" autocomplete="current-password" spellcheck=${false} aria-describedby="token-hint${error ? " token-error" : ""}"
          aria-invalid=${error ? "true" : undefined} aria-required="true" onInput=${() => setError("")} />
        ${error && html`<p class="input-error" id="token-error" role="alert">${error}</p>`}
      </div>
      <button class="button primary wide" aria-busy=${busy ? "true" : undefined}>${words.signIn()}</button>
      <div id="token-hint" class="hints"><p>${words.tokenHint()}</p><p>${words.tokenMore()}</p></div>
    </form>
    ${!state.reachable && html`<p class="banner" role="status">${words.away()}</p>`}
  </main>`;
}

function why(notice: State["notice"]): string {
  if (notice === "signed-out") return words.signedOut();
  return notice === "link-used" ? words.linkUsed() : words.signInWhy();
}
