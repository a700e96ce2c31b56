// A house whose only surface is Slack, and the Slack that it talks to.
import type { Command } from "../core/command/index.ts";
import type { Way } from "./contract/driver.ts";
import { openSlackPlatform, driver as slackDriver } from "./contract/drivers/slack.ts";
import { type Office, openOffice } from "./contract/office.ts";
import type { Slack } from "./emulators/slack/server.ts";
import { type Shown, TEAM } from "./emulators/slack/world.ts";
import { elementsIn, seenOf } from "./slack-seen.ts";

export type SlackOffice = Office & {
  slack: Slack;
  /** What the bot said there, to whoever it was for. */
  said(channel: string): Shown[];
  words(shown: Shown | undefined): string;
};

/** The team as a whole belongs to the workspace, and Slack calls the bot in this way. */
export async function slackOffice(way: Way, commands: Command[] = []): Promise<SlackOffice> {
  let slack: Slack | undefined;
  const driver = {
    ...slackDriver,
    async open(asked: Way, now: () => Date) {
      const platform = await openSlackPlatform(asked, now);
      slack = platform.slack;
      return platform;
    },
  };
  const office = await openOffice(driver, way, { commands });
  const { workspaceId, personId } = office.house.owner;
  await office.sql(`insert into place (workspace_id, id, surface, tenant, external, name, bound_by, created_at)
    values ('${workspaceId}', '${office.house.sources.newId()}', 'slack', '${TEAM.id}', '', '', '${personId}', now())`);
  const own = slack!;
  if (way === "webhook") await own.deliverTo(`${office.platform.bot.url}/hooks/slack`);
  return Object.assign(office, {
    slack: own,
    said: (channel: string) => own.messages.filter((m) => m.channel === channel && m.user === "U0BOT"),
    words: (shown: Shown | undefined) => (shown ? seenOf(shown).text : ""),
  });
}

/** The `action_id` of the first element that has these words. */
export const idOf = (shown: Shown, words: string): string =>
  elementsIn(shown.blocks).find((e) => JSON.stringify(e.text ?? "").includes(words))?.action_id ?? "";
