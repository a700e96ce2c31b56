// What waits in the outbox, sent. An answer goes with its interaction's token while that lives; later it is a message.
import type { Outgoing, Sender, Sent } from "../../core/outbox/index.ts";
import type { Kit } from "../surface.ts";
import type { Api } from "./api.ts";
import { edit, remove } from "./change.ts";
import type { Hints } from "./decode.ts";
import { leaver } from "./leave.ts";
import { causeOf, Half, type Letter, lives, type Office } from "./office.ts";
import { answerByToken, post } from "./post.ts";
import type { Desk } from "./ready.ts";

// The token is not known any more: unknown webhook, unknown interaction, invalid webhook token.
const EXPIRED = new Set([10015, 10062, 50027]);
const MOST_EXPIRED = 1_000;

export function makeSender(kit: Kit, api: Api, { desk, appId }: { desk: Desk; appId?: string | undefined }): Sender {
  const office: Office = { kit, api, desk, expired: new Set() };
  const leave = leaver(office, appId);
  return {
    surface: "discord",
    async send(message, signal) {
      try {
        return await send(office, { message, hints: hintsOf(message), signal });
      } catch (error) {
        if (api.classify(causeOf(error)).kind === "gone") await leave(message.tenant);
        throw error;
      }
    },
    classify: (error) => ({
      ...api.classify(causeOf(error)),
      ...(error instanceof Half && error.external !== "" ? { external: error.external } : {}),
    }),
    bucketOf(message) {
      const hints = hintsOf(message);
      const byToken = message.kind !== "post" && lives(office, hints);
      return byToken ? `interaction ${hints.interaction}` : `${message.tenant}\n${message.place}`;
    },
    // Receiving and responding: "Interaction endpoints are not bound to the bot's Global Rate Limit."
    free: (message) => message.kind !== "post" && lives(office, hintsOf(message)),
    pace: { all: { limit: 45, per: 1000 } },
  };
}

/** A change goes where the message went that it changes. */
const hintsOf = ({ kind, hints, target }: Outgoing): Partial<Hints> =>
  kind === "post" || kind === "answer" ? hints : { ...target?.hints, ...hints };

async function send(office: Office, letter: Letter): Promise<Sent> {
  const { hints, message } = letter;
  const alive = lives(office, hints);
  try {
    if (message.kind === "edit") return await edit(office, letter);
    if (message.kind === "delete") return await remove(office, letter);
    return await (alive && message.kind === "answer" ? answerByToken(office, letter) : post(office, letter));
  } catch (error) {
    if (!alive || !EXPIRED.has(office.api.codeOf(causeOf(error)) ?? 0)) throw error;
    // Discord's clock decides, not ours.
    if (office.expired.size > MOST_EXPIRED) office.expired.clear();
    office.expired.add(hints.interaction!);
    return send(office, { ...letter, message: goneOn(message, error) });
  }
}

/** What was shown before the trouble is not shown once more. */
function goneOn(message: Outgoing, error: unknown): Outgoing {
  const external = error instanceof Half ? error.external : "";
  if (external === "") return message;
  return message.target ? { ...message, target: { ...message.target, external } } : { ...message, external };
}
