// The answer of a run over HTTP.
import type { Reply } from "../../core/inbox/index.ts";
import { problemOfReply, problemResponse } from "./problem.ts";
import type { Ctx } from "./web.ts";

export const answerOf = ({ run, command, status, view, data, job }: Reply) => ({
  run,
  command,
  status,
  view,
  ...(data === undefined ? {} : { data }),
  ...(job === undefined ? {} : { job }),
});

/** 200 for what was done, is being done, waits for a word, or was called off; everything else is a problem. */
export function respond(c: Ctx, reply: Reply): Response {
  if (reply.status === "refused" || reply.status === "failed")
    return problemResponse(problemOfReply(c.var.locale, reply));
  return c.json(answerOf(reply), 200, { "cache-control": "no-store" });
}
