// Slack calls us: signed requests, answered when they are kept.
import type { Door, Hook, HookAnswer } from "../surface.ts";
import { type Hearing, respond } from "./hear.ts";
import { type Json, parsed, str } from "./json.ts";
import { isGenuine } from "./verify.ts";

/** Everything but Slack is turned away before its words are read. */
export const webhook =
  (ear: Hearing, secret: string, door: Door) =>
  async (request: Hook): Promise<HookAnswer> => {
    if (!isGenuine(secret, request, door.house.sources.now()))
      return { status: 401, body: "The signature is not right." };
    const body = bodyOf(request);
    if (!body) return { status: 400, body: "This is not a request of Slack's." };
    // Slack tries the address before it uses it.
    if (body.type === "url_verification")
      return { status: 200, headers: { "content-type": "text/plain" }, body: str(body.challenge) };
    const answer = await respond(ear, door, body);
    if (!answer.taken) return { status: 503, headers: { "retry-after": "1" } };
    if (!answer.body) return { status: 200 };
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(answer.body) };
  };

/** Events are JSON; commands are a form, and what is pressed is JSON in a form. */
export function bodyOf({ headers, body }: Pick<Hook, "headers" | "body">): Json | undefined {
  const text = body.toString("utf8");
  if (!/^application\/x-www-form-urlencoded/i.test(headers.get("content-type") ?? "")) return parsed(text);
  const form = new URLSearchParams(text);
  const payload = form.get("payload");
  return payload === null ? Object.fromEntries(form) : parsed(payload);
}
