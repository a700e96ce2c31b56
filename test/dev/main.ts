// `npm run dev`: the product, restarted when its code changes, with a platform of our own for each one that has no token,
// and a page on which all of them are used side by side. The platforms outlive the restarts.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { manifest } from "../../bots/manifest.ts";
import { withEnvFile } from "../../bots/settings.ts";
import { connectPlaces } from "./connect.ts";
import { discordClient } from "./discord.ts";
import { openPlay, PEOPLE } from "./play.ts";
import { slackClient } from "./slack.ts";
import { telegramClient } from "./telegram.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** A real token wins: then that platform is the real one, and not on the page. */
const PLATFORMS = [
  { real: ["DISCORD_TOKEN", "DISCORD_PUBLIC_KEY"], open: discordClient },
  { real: ["SLACK_BOT_TOKEN"], open: slackClient },
  { real: ["TELEGRAM_TOKEN"], open: telegramClient },
];

const given = withEnvFile(process.env, `${root}.env`);
const clients = await Promise.all(PLATFORMS.filter((p) => !p.real.some((name) => given[name])).map((p) => p.open()));
const env = Object.assign({}, given, ...clients.map((c) => c.env)) as Record<string, string | undefined>;
env.OWNER_TOKEN ??= randomBytes(18).toString("base64url");

const play = await openPlay(clients, { port: Number(given.DEV_PORT ?? 0) });
say(`page     ${play.url}  (${clients.map((c) => c.name).join(", ")} on this machine)`);

const product = spawn(
  process.execPath,
  ["--watch", "--watch-preserve-output", "bots/main.ts", "start", ...process.argv.slice(2)],
  { cwd: root, env, stdio: ["inherit", "pipe", "inherit"] },
);
let prepared = false;
product.stdout.setEncoding("utf8");
product.stdout.on("data", (text: string) => {
  process.stdout.write(text);
  const link = /^sign in +(\S+)/m.exec(text)?.[1];
  if (!link) return;
  play.link.console = link;
  if (prepared) return;
  prepared = true;
  prepare(new URL(link).origin).catch((error: unknown) => say(`The platforms could not be prepared: ${String(error)}`));
});

/** Once: the commands are registered, the places connected. Later restarts find both as they are. */
async function prepare(url: string): Promise<void> {
  await manifest(["--apply"], env, () => undefined);
  const fresh = await connectPlaces(clients, { url, token: env.OWNER_TOKEN! }, PEOPLE[0]!);
  if (fresh.length > 0) say(`page     ${PEOPLE[0]!.name} is the owner on ${fresh.join(", ")}`);
}

let ending = false;
const end = (signal: NodeJS.Signals) => {
  // A terminal tells the product too; a second time means now.
  if (ending) process.exit(130);
  ending = true;
  product.kill(signal);
};
process.on("SIGINT", () => end("SIGINT"));
process.on("SIGTERM", () => end("SIGTERM"));
product.on("exit", (code) => {
  void Promise.allSettled([play.close(), ...clients.map((c) => c.close())]).then(() => process.exit(code ?? 0));
});
