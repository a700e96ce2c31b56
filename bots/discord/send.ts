// What waits in the outbox, sent. An answer goes with its interaction's token while that lives; later it is a message.
import { Half, type Outgoing, type Sender, type Sent } from "../../core/outbox/index.ts";
import type { Kit } from "../surface.ts";
import type { Api } from "./api.ts";
import { change, takeBack } from "./change.ts";
import type { Hints } from "./decode.ts";
import { leaver } from "./leave.ts";
import { causeOf, type Desk, type Letter, lives } from "./letter.ts";
import { answerByToken, post } from "./post.ts";
import type { More } from "./ready.ts";

// The token is not known any more: unknown webhook, unknown interaction, invalid webhook token.
const EXPIRED = new Set([10015, 10062, 50027]);
const MOST_EXPIRED = 1_000;

export function makeSender(kit: Kit, api: Api, { more, appId }: { more: More; appId?: string | undefined }): Sender {
  const desk: Desk = { kit, api, more, expired: new Set() };
  const leave = leaver(desk, appId);
  return {
    surface: "discord",
    async send(message, signal) {
      try {
        return await send(desk, { message, hints: hintsOf(message), signal });
      } catch (error) {
        if (api.classify(causeOf(error)).kind === "gone") await leave(message.tenant);
        throw error;
      }
    },
    classify: api.classify,
    bucketOf(message) {
      const hints = hintsOf(message);
      const byToken = message.kind !== "post" && lives(desk, hints);
      return byToken ? `interaction ${hints.interaction}` : `${message.tenant}\n${message.place}`;
    },
    // Receiving and responding: "Interaction endpoints are not bound to the bot's Global Rate Limit."
    free: (message) => message.kind !== "post" && lives(desk, hintsOf(message)),
    pace: { all: { limit: 45, per: 1000 } },
  };
}

/** A change goes where the message went that it changes. */
const hintsOf = ({ kind, hints, target }: Outgoing): Partial<Hints> =>
  kind === "post" || kind === "answer" ? hints : { ...target?.hints, ...hints };

async function send(desk: Desk, letter: Letter): Promise<Sent> {
  const { hints, message } = letter;
  const alive = lives(desk, hints);
  try {
    if (message.kind === "edit") return await change(desk, letter);
    if (message.kind === "delete") return await takeBack(desk, letter);
    return await (alive && message.kind === "answer" ? answerByToken(desk, letter) : post(desk, letter));
  } catch (error) {
    if (!alive || !EXPIRED.has(desk.api.codeOf(causeOf(error)) ?? 0)) throw error;
    // Discord's clock decides, not ours.
    if (desk.expired.size > MOST_EXPIRED) desk.expired.clear();
    desk.expired.add(hints.interaction!);
    return send(desk, { ...letter, message: goneOn(message, error) });
  }
}

/** What was shown before the trouble is not shown once more. */
function goneOn(message: Outgoing, error: unknown): Outgoing {
  const external = error instanceof Half ? error.external : "";
  if (external === "") return message;
  return { ...message, external, target: message.target && { ...message.target, external } };
}
