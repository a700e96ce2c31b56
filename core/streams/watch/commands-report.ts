// What was played, how often, how long, and on what terms it was made: a table, and a file to hand on.
import { saveAsset } from "../../assets/index.ts";
import { command, period, pick } from "../../command/index.ts";
import { view } from "../../view/index.ts";
import { channels } from "../channel.ts";
import { csvOf, playedIn } from "../queue/history.ts";
import { clockWords, percentWords, trackWords } from "../words.ts";
import { uptimeOf } from "./uptime.ts";

/** A month of eight channels; more is asked for in parts. */
const MOST = 100_000;
const SHOWN = 15;
const KEPT = 30 * 86_400_000;

export const channelReport = command({
  name: "channel report",
  says: "What was played, with provider, model and licence, as a table and a CSV file",
  role: "staff",
  options: {
    channel: pick(channels, "Only of this channel").optional(),
    period: period("Of which time", { default: "today" }),
  },
  examples: ["channel report noir-jazz", "channel report period:last-month"],
  async run({ act, options: { channel, period: of } }) {
    const at = { from: of.from, to: of.to, channel: channel?.id };
    const played = await playedIn(act, { ...at, most: MOST });
    const up = await uptimeOf(act, { from: of.from, to: of.to, ...(channel ? { channel: channel.id } : {}) });
    const items = up.map((u) => ({
      id: u.channel,
      slug: u.slug,
      uptime: u.ratio,
      silent_seconds: u.silentSeconds,
      wanted_seconds: u.wantedSeconds,
    }));
    if (played.length === 0)
      return {
        view: view(act.say("Nothing was heard in that time: {period}.", { period: of.label })),
        data: { items, count: 0 },
      };
    const file = await saveAsset(act, {
      kind: "report",
      type: "text/csv",
      name: `played-${of.from.toISOString().slice(0, 10)}.csv`,
      bytes: Buffer.from(csvOf(played)),
      expiresAt: new Date(act.now.getTime() + KEPT),
    });
    const rows = played
      .slice(-SHOWN)
      .toReversed()
      .map((p) => [clockWords(act, p.from), p.channel, trackWords(p), `${p.provider} ${p.model}`.trim()]);
    const columns = [
      { label: act.say("At") },
      { label: act.say("Channel") },
      { label: act.say("Track") },
      { label: act.say("Made by") },
    ];
    const fields = up
      .filter((u) => u.ratio !== null)
      .map((u) => ({ label: act.say("Heard: {channel}", { channel: u.slug }), value: percentWords(act, u.ratio!) }));
    const words = act.say("{count, plural, one {# track was heard} other {# tracks were heard}}: {period}.", {
      count: played.length,
      period: of.label,
    });
    return {
      view: view(
        words,
        ...(fields.length > 0 ? [{ kind: "fields" as const, fields }] : []),
        { kind: "table", columns, rows },
        { kind: "file", url: `/api/v1/assets/${file.id}`, name: file.name, type: file.type, bytes: file.bytes },
      ),
      data: { items, count: played.length, file: { id: file.id, url: `/api/v1/assets/${file.id}` } },
    };
  },
});

export const reportCommands = [channelReport];
