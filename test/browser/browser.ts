// Headless Chromium before the real server, with a small house of commands that answer with every kind of block.
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { fileServer } from "../../bots/web/page-files.ts";
import { uuidv7 } from "../../core/ids.ts";
import { type Engine, startEngine } from "../../jobs/engine.ts";
import { type TestWeb, testWeb } from "../web.ts";
import { demoCommands, demoWork, type Stage, tone } from "./demo.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const hasBrowser = existsSync(CHROMIUM);
// Said aloud: a suite that quietly skips what it should show is worse than one that fails.
if (!hasBrowser)
  console.warn(`SKIPPED: the console's browser tests want Chromium at ${CHROMIUM} (apt install chromium).`);

export type Console = TestWeb & {
  stage: Stage;
  /** A page of a browser that nobody signed in. */
  visit(options?: BrowserContextOptions & { path?: string }): Promise<Page>;
  /** Signed in as the owner, with the command line ready. */
  enter(options?: BrowserContextOptions & { path?: string }): Promise<Page>;
  /** Everything that browsers complained about since the last time: errors, refusals of the policy, exceptions. */
  complaints(): string[];
};

export async function openConsole(): Promise<Console> {
  const stage: Stage = { calls: [], step: async () => {} };
  const [files, song] = [fileServer(), { type: "audio/wav", body: tone() }];
  const web = await testWeb({
    commands: demoCommands(stage),
    mount: (app) => app.get("/demo/tone.wav", (c) => files(c, song)),
  });
  // A browser lives in real time, and the order of a conversation is that of its ids.
  Object.assign(web.house.sources, { now: () => new Date(), newId: () => uuidv7() });
  const engine: Engine = await startEngine(web.house, {
    role: "worker",
    handlers: [demoWork(stage)],
    graceMs: 200,
    pollSeconds: 0.5,
  });
  web.house.queue = engine.queue;
  const browser: Browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  let heard: string[] = [];
  const visit: Console["visit"] = async ({ path = "/", ...options } = {}) => {
    const context = await browser.newContext({ viewport: { width: 1180, height: 820 }, locale: "en-US", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(8_000);
    page.on("console", (m) => void (["error", "warning"].includes(m.type()) && heard.push(`${m.type()}: ${m.text()}`)));
    page.on("pageerror", (error) => void heard.push(`exception: ${error.message}`));
    await page.goto(web.url + path, { timeout: 30_000 });
    return page;
  };
  return {
    ...web,
    stage,
    visit,
    async enter(options = {}) {
      const { cookie } = await web.signIn();
      const [name = "", value = ""] = cookie.split("=");
      const context: BrowserContextOptions = {
        ...options,
        storageState: {
          cookies: [
            {
              name,
              value,
              domain: "127.0.0.1",
              path: "/",
              expires: -1,
              httpOnly: true,
              secure: false,
              sameSite: "Lax",
            },
          ],
          origins: [],
        },
      };
      const page = await visit(context);
      await page.locator("#line").waitFor();
      return page;
    },
    complaints() {
      const all = heard;
      heard = [];
      // A browser notes every answer that is not a success; those are the product's own answers.
      return all.filter((line) => !/Failed to load resource: the server responded with a status of 4\d\d/.test(line));
    },
    async close() {
      await browser.close();
      await engine.stop();
      await web.close();
    },
  };
}

/** Types a line and sends it, with nothing but the keyboard. */
export async function say(page: Page, line: string): Promise<void> {
  await page.locator("#line").focus();
  await page.keyboard.type(line);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
}

export const lastTurn = (page: Page) => page.locator("article.turn").last();
