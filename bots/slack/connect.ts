// Slack: Socket Mode with an app token, signed requests with a signing secret, or both. Bolt does the protocol.
import { fetchAttached } from "../parts/attached.ts";
import type { Read } from "../settings.ts";
import { type Bot, type Connection, type Door, surface as declare, type Kit } from "../surface.ts";
import { openApi, type Settings } from "./api.ts";
import { completer } from "./complete.ts";
import { SURFACE } from "./decode.ts";
import { examine } from "./examine.ts";
import { fileStore } from "./files.ts";
import type { Ear, Hearing } from "./hear.ts";
import { webhook } from "./hook.ts";
import { str } from "./json.ts";
import { listen } from "./listen.ts";
import { openPeople } from "./people.ts";
import { manifestText, register } from "./register.ts";
import { makeSender } from "./send.ts";

const SLACK = "https://slack.com/api";

function settings(read: Read): Settings | undefined {
  const must = (right: RegExp) => (value: string) => {
    if (!right.test(value)) throw new Error("It does not look right.");
    return value;
  };
  const token = read(
    "SLACK_BOT_TOKEN",
    must(/^xox[be][.\w-]{8,}$/),
    "the Bot User OAuth Token, which begins with xoxb-",
  );
  const appToken = read("SLACK_APP_TOKEN", must(/^xapp-[\w-]{8,}$/), "an app-level token, which begins with xapp-");
  const signingSecret = read("SLACK_SIGNING_SECRET", must(/^[\x21-\x7e]{16,200}$/), "the Signing Secret of the app");
  const configToken = read("SLACK_CONFIG_TOKEN", must(/^xoxe[.\w-]{8,}$/), "an app configuration token (xoxe…)");
  const apiUrl = read("SLACK_API_URL", addressOf, `an address such as ${SLACK}/`) ?? SLACK;
  // The doctor and the start say what is wrong with BASE_URL themselves.
  const baseUrl = read("BASE_URL", (value) => (URL.canParse(value) ? new URL(value) : undefined), "");
  if (token) return { token, appToken, signingSecret, configToken, apiUrl, hook: hookOf(baseUrl) };
  const alone = appToken ? "SLACK_APP_TOKEN" : signingSecret ? "SLACK_SIGNING_SECRET" : undefined;
  const missing = () => {
    throw new Error("Without it nothing can be answered.");
  };
  if (alone) read(alone, missing, "set together with SLACK_BOT_TOKEN");
  return undefined;
}

function addressOf(value: string): string {
  const { protocol, href } = new URL(value);
  if (protocol !== "https:" && protocol !== "http:") throw new Error("It is not a web address.");
  return href.replace(/\/+$/, "");
}

/** Slack calls nothing but https. */
const hookOf = (baseUrl: URL | undefined): string | undefined =>
  baseUrl?.protocol === "https:" ? new URL("/hooks/slack", baseUrl).href : undefined;

async function open(settings: Settings, kit: Kit): Promise<Bot> {
  const api = await openApi(settings, kit.log);
  const ear: Ear = { api, kit, more: {}, people: openPeople(api, kit.log) };
  const hearing = (door: Door): Hearing => {
    ear.more = { painter: door.painter, baseUrl: door.baseUrl };
    return Object.assign(ear, { complete: completer(door, ear.people) });
  };
  const files = fileStore(api, kit.log);
  /** For the terminal only; nothing waits for it. */
  const name = async () => {
    const { user, team } = await api.call("auth.test");
    return `${str(user)} in ${str(team)}`;
  };
  return {
    sender: makeSender(ear),
    ...(settings.signingSecret ? { hook: (door) => webhook(hearing(door), settings.signingSecret!, door) } : {}),
    async listen(door) {
      const ready = hearing(door);
      const called = name().catch(() => "");
      return settings.appToken ? listen(ready, settings, door, called) : byRequests(door);
    },
    fetch: (envelope) => fetchAttached(files, envelope),
    ...(settings.configToken ? { register: (commands, apply) => register(api, settings, commands, apply) } : {}),
    examine: (about) => examine(api, settings, about),
  };
}

/** Nothing is kept open: Slack calls us. */
const byRequests = ({ baseUrl }: Door): Connection => ({
  line: `requests at ${hookOf(baseUrl) ?? "/hooks/slack"}`,
  alive: () => true,
  async stop() {},
});

export const surface = declare<Settings>({
  name: SURFACE,
  settings,
  manifest: (commands, { baseUrl }) => manifestText(commands, hookOf(baseUrl)),
  address: ({ apiUrl }) => `${apiUrl}/api.test`,
  open,
});
