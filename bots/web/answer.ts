// The answer of a run over HTTP.
import type { Reply } from "../../core/inbox/index.ts";
import type { View } from "../../core/view/index.ts";
import { problemOfReply, problemResponse } from "./problem.ts";
import type { Ctx } from "./web.ts";

export const answerOf = ({ run, command, status, view, data, job }: Reply) => ({
  run,
  command,
  status,
  view: withPictures(run, view),
  ...(data === undefined ? {} : { data }),
  ...(job === undefined ? {} : { job }),
});

/** Where a chart can be had as a picture. */
function withPictures(run: string, view: View): View {
  if (!view.blocks.some((b) => b.kind === "chart")) return view;
  let index = 0;
  const blocks = view.blocks.map((block) =>
    block.kind === "chart" ? { ...block, url: `/api/v1/charts/${run}/${index++}.png` } : block,
  );
  return { ...view, blocks };
}

/** 200 for what was done, is being done, waits for a word, or was called off; everything else is a problem. */
export function respond(c: Ctx, reply: Reply): Response {
  if (reply.status === "refused" || reply.status === "failed")
    return problemResponse(problemOfReply(c.var.locale, reply));
  return c.json(answerOf(reply), 200, { "cache-control": "no-store" });
}
