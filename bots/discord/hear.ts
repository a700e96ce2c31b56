// What Discord tells us, answered as it must be at once, and kept: the same over HTTP and over the gateway.
import type { APIInteraction, APIInteractionResponse } from "discord-api-types/v10";
import type { Envelope, Received } from "../../core/inbox/index.ts";
import { localeOf, say } from "../../core/words/say.ts";
import { notKept } from "../parts/kept.ts";
import type { Door } from "../surface.ts";
import { ackOf } from "./ack.ts";
import { completer } from "./complete.ts";
import { decode } from "./decode.ts";
import { modalOf } from "./forms.ts";
import { FLAG } from "./limits.ts";
import { prefill } from "./prefill.ts";
import { heard, type Me, type Said } from "./words.ts";

export type Ear = {
  /** The first response to an interaction, once what was asked is kept for good. */
  respond(interaction: APIInteraction): Promise<APIInteractionResponse>;
  /** What is said in plain words; Discord waits for no answer. True when it was for us, and is kept. */
  hear(said: Said, me: Me): Promise<boolean>;
};

/** How long a server counts as greeted; how long an answer waits for it at most. */
const GREETED_MS = 30_000;
const GREET_MS = 300;
const MOST_GREETED = 10_000;

/** A server as a whole, with all its channels. */
export const wholeOf = (guild: string) => ({ surface: "discord", tenant: guild, external: "", whole: true });

export function openEar(door: Door): Ear {
  const { commands, log, meter } = door.house;
  const complete = completer(door);

  /** A server that we hear from has let us in again, if it had thrown us out. */
  const heardFrom = new Map<string, number>();
  async function greet({ whole, tenant }: Envelope): Promise<void> {
    const now = performance.now();
    const before = heardFrom.get(tenant);
    if (!whole || (before !== undefined && now < before + GREETED_MS)) return;
    if (heardFrom.size >= MOST_GREETED) heardFrom.clear();
    heardFrom.set(tenant, now);
    const opened = door
      .opened(wholeOf(tenant))
      .catch((error: unknown) => log.warn({ err: error, tenant }, "whether a server is open again is not known"));
    await Promise.race([opened, new Promise((done) => setTimeout(done, GREET_MS).unref())]);
  }

  /** An object: it is kept. */
  async function kept(envelope: Envelope): Promise<Received> {
    const started = performance.now();
    try {
      await greet(envelope);
      const received = await door.receive(envelope);
      meter.ack("discord", (performance.now() - started) / 1000);
      if (typeof received === "string")
        log.error({ delivery: envelope.delivery, received }, "what Discord told could not be kept");
      return received;
    } catch (error) {
      log.error({ err: error, delivery: envelope.delivery }, "what Discord told could not be kept");
      return "away";
    }
  }

  /** Nobody knows what a platform will send one day: what we cannot read is answered like what we do not know. */
  function read(interaction: APIInteraction): { ack?: APIInteractionResponse; envelope?: Envelope } {
    try {
      const ack = ackOf(interaction, commands);
      const envelope = ack?.type === 1 || ack?.type === 9 ? undefined : decode(interaction, commands);
      return { ...(ack ? { ack } : {}), ...(envelope ? { envelope } : {}) };
    } catch (error) {
      log.warn({ err: error, interaction: interaction.id }, "an interaction could not be read");
      return {};
    }
  }

  const typed = (interaction: APIInteraction): Promise<APIInteractionResponse> =>
    complete(interaction).catch((error: unknown) => {
      log.warn({ err: error, interaction: interaction.id }, "what was typed could not be read");
      return { type: 8, data: { choices: [] } };
    });

  return {
    async respond(interaction) {
      if (interaction.type === 4) return typed(interaction);
      const { ack, envelope } = read(interaction);
      const spoken = "locale" in interaction ? interaction.locale : "en";
      if (ack?.type === 1) return ack;
      if (ack?.type === 9)
        return modalOf(ack.data.custom_id, commands, spoken, await prefill(door, interaction)) ?? ack;
      const locale = localeOf(spoken);
      if (!ack || !envelope) return only(say(locale, "This button is not known here. Ask for a new one."));
      const received = await kept(envelope);
      return typeof received === "object" ? ack : only(notKept(locale, received));
    },
    async hear(said, me) {
      const envelope = heard(said, me, commands);
      return envelope ? typeof (await kept(envelope)) === "object" : false;
    },
  };
}

const only = (content: string): APIInteractionResponse => ({
  type: 4,
  data: { content, flags: FLAG.private, allowed_mentions: { parse: [] } },
});
