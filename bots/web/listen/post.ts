// What a person does: commands, as everywhere, and the two small things that are no command.
import type { Store } from "./store.ts";
import { words } from "./words.ts";

export type Done = { ok: boolean; text: string };

async function send(path: string, csrf: string, body: unknown): Promise<Response> {
  return fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json", "x-csrf": csrf, "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify(body),
  });
}

/** Runs a command; what it answers with is shown as it is. */
export async function run(store: Store, name: string, options: Record<string, string>): Promise<Done> {
  try {
    const answer = await send(`/api/v1/commands/${name.replace(" ", ".")}`, store.get().me?.csrf ?? "", options);
    const body = (await answer.json()) as { view?: { text?: string }; detail?: string; status?: string };
    const text = body.view?.text || body.detail || "";
    return { ok: answer.ok, text: text || (answer.ok ? "" : words.refused()) };
  } catch (error) {
    console.debug(error);
    return { ok: false, text: words.refused() };
  }
}

/** Lost ones are no matter: another second, another heart. */
export function hint(store: Store, what: "react" | "typing", body: Record<string, string> = {}): void {
  send(`${store.path}/${what}`, store.get().me?.csrf ?? "", body).catch((error: unknown) => console.debug(error));
}
