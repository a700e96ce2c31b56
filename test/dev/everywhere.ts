// One command as it is typed on each platform: "/token create name:x" in Discord, a word more in Slack, a word less in Telegram.
import { allCommands } from "../../core/commands.ts";

export function inPlainWords(platform: string, typed: string): string {
  const line = typed.trim().replace(/^[/!]/, "");
  if (platform === "slack") return `/impresario ${line}`;
  if (platform !== "telegram") return `/${line}`;
  const [first = "", second = "", ...rest] = line.split(/\s+/);
  const two = allCommands.some((c) => c.name === `${first} ${second}`) || /^[a-z]+$/.test(second) === false;
  if (two && /^[a-z-]+$/.test(second)) return [`/${first}_${second.replaceAll("-", "_")}`, ...rest].join(" ");
  return `/${[first, second, ...rest].filter(Boolean).join(" ")}`;
}
