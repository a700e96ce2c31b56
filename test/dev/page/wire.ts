// What is done on the page, told to the server.
import type { Act } from "../play.ts";

/** Its answer; a refusal is shown by whoever asked. */
export async function act<T>(what: Act): Promise<T & { error?: string }> {
  const response = await fetch("/act", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(what),
  });
  return (await response.json()) as T & { error?: string };
}
