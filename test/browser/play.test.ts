// The page on which a person uses every platform side by side: what is said, pressed, filled in and drawn there.
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faintTexts, namelessControls } from "./access.ts";
import { hasBrowser } from "./browser.ts";
import { openPlayground, type Playground } from "./playground.ts";

const TITLES: Record<string, string> = { discord: "Discord", slack: "Slack", telegram: "Telegram" };
const PATIENCE = { timeout: 15_000 };

describe.runIf(hasBrowser)("three platforms", () => {
  let ground: Playground;
  let page: Page;
  beforeAll(async () => {
    ground = await openPlayground();
    page = await ground.visit();
    page.setDefaultTimeout(15_000);
  }, 60_000);
  afterAll(() => ground?.close());

  const column = (name: string): Locator => page.getByRole("region", { name: TITLES[name]! });
  const last = (name: string) => column(name).locator(".message").last();
  const everywhere = async (line: string) => {
    const input = page.getByLabel("The same command on all three");
    await input.fill(line);
    await input.press("Enter");
  };
  const type = async (name: string, line: string) => {
    const input = column(name).getByLabel(`Message in ${TITLES[name]}`);
    await input.fill(line);
    await input.press("Escape");
    await input.press("Enter");
  };
  const shows = (name: string, words: string | RegExp) =>
    expect.poll(() => column(name).locator(".messages").innerText(), PATIENCE).toMatch(words);
  const picture = async (name: string) =>
    process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });

  test("the bots hear, and the first person is the owner on each", async () => {
    expect(ground.heard.length).toBeGreaterThan(1);
    for (const name of ground.heard) {
      await expect.poll(() => column(name).locator(".state").innerText()).toBe("connected");
      await shows(name, /belongs to|our own chat/);
    }
  });

  test("the same command on all three, with its chart", async () => {
    await everywhere("demo all");
    for (const name of ground.heard) {
      await shows(name, "Noir Jazz");
      const chart = column(name).locator('img[src^="/file/"]').first();
      await expect
        .poll(() => chart.evaluate((img: HTMLImageElement) => img.naturalWidth), PATIENCE)
        .toBeGreaterThan(600);
    }
    await picture("chart");
  });

  test("a confirmation is pressed", async () => {
    await everywhere("demo wipe board:b");
    for (const name of ground.heard) {
      await shows(name, /Wipe the board|demo wipe/i);
      await last(name).locator("button.key").first().click();
      await shows(name, "Wiped b.");
    }
    await picture("confirmed");
  });

  test("progress moves in the message that is there", async () => {
    let go = () => {};
    let wait = new Promise<void>((done) => {
      go = done;
    });
    ground.console.stage.step = () => wait;
    const next = () => {
      const before = go;
      wait = new Promise((done) => {
        go = done;
      });
      before();
    };
    await everywhere("demo work");
    for (const name of ground.heard) await shows(name, "Mixing four colours");
    next();
    next();
    for (const name of ground.heard) await shows(name, /▰.*%|[1-4]\/4/);
    await picture("progress");
    ground.console.stage.step = async () => {};
    next();
    for (const name of ground.heard) await shows(name, "All four are dry.");
  });

  test("what is only for one person, the other does not see", async () => {
    await type("discord", "/whoami");
    await shows("discord", "Only you can see this");
    await page.getByRole("button", { name: "Ben" }).click();
    await expect.poll(() => column("discord").locator(".messages").innerText()).not.toContain("Only you can see this");
    await type("discord", "/whoami");
    await shows("discord", "Only you can see this");
    await page.getByRole("button", { name: "Anna" }).click();
  });

  test("Discord completes commands, options and what the bot offers", async () => {
    const input = column("discord").getByLabel("Message in Discord");
    const offers = column("discord").locator(".offers").getByRole("option");
    await input.pressSequentially("/demo o");
    await expect.poll(() => offers.allInnerTexts()).toEqual([expect.stringContaining("/demo order")]);
    await input.press("Tab");
    await expect.poll(() => offers.first().innerText()).toContain("colour");
    await input.press("Tab");
    await expect.poll(() => input.inputValue()).toBe("/demo order colour:");
    await input.pressSequentially("am");
    await expect
      .poll(() => offers.allInnerTexts(), PATIENCE)
      .toEqual([expect.stringContaining("The colour amber"), expect.stringContaining("The colour amethyst")]);
    await input.press("ArrowDown");
    await input.press("Enter");
    await expect.poll(() => input.inputValue()).toBe("/demo order colour:amber ");
    await input.press("Escape");
    await input.press("Enter");
    await shows("discord", "Ordered 1 of amber.");
  });

  test("Telegram asks for what is missing, one after the other", async () => {
    await type("telegram", "/demo_wipe");
    await shows("telegram", "Which board");
    await type("telegram", "the big one");
    await shows("telegram", /the big one/);
  });

  test("a modal of Slack opens for what is missing; what the bot refuses then is said", async () => {
    await type("slack", "/impresario demo order");
    const dialog = column("slack").getByRole("dialog");
    await dialog.getByLabel("Which colour").fill("am");
    await dialog.getByRole("button", { name: "The colour amber" }).click();
    await dialog.getByLabel("A voucher").fill("expired");
    await picture("modal");
    const run = dialog.getByRole("button", { name: "Run" });
    await run.click();
    const gone = async () => {
      if ((await dialog.count()) === 0) return true;
      const words = await dialog.innerText();
      // On a busy machine Slack may be answered too late, and says so: a person presses again.
      if (words.includes("trouble connecting")) await run.click();
      return words;
    };
    await expect.poll(gone, PATIENCE).toBe(true);
    await shows("slack", /voucher has expired/);
  });

  test("a form of a message opens as Discord's dialogue", async () => {
    await type("discord", "/demo order colour:azure count:99");
    await last("discord").locator("button.key.primary").first().click();
    const dialog = column("discord").getByRole("dialog");
    await dialog.getByLabel("How many buckets").fill("3");
    await picture("dialogue");
    await dialog.getByRole("button", { name: "Submit" }).click();
    await shows("discord", "Ordered 3 of azure.");
  });

  test("Slack's home page is there when it is opened; a direct message is answered", async () => {
    const rooms = column("slack").getByRole("group", { name: "Rooms" });
    await rooms.getByRole("button", { name: "Home" }).click();
    await expect.poll(() => last("slack").innerText(), PATIENCE).toMatch(/Run a command|command/i);
    await rooms.getByRole("button", { name: "Direct message" }).click();
    await type("slack", "whoami");
    await shows("slack", /owner/i);
    await rooms.getByRole("button", { name: "# radio" }).click();
  });

  test("only the page itself, on this machine, may act", async () => {
    const act = (headers: Record<string, string>) =>
      fetch(`${ground.url}/act`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ platform: "discord", person: "4201", room: "group", what: "dismiss" }),
      }).then((r) => r.status);
    expect(await act({})).toBe(200);
    expect(await act({ origin: "https://evil.test" })).toBe(403);
    expect(await act({ "content-type": "text/plain" })).toBe(403);
  });

  test("everything on the page has a name and can be read", async () => {
    expect(await namelessControls(page)).toEqual([]);
    expect(await faintTexts(page)).toEqual([]);
    expect(ground.console.complaints()).toEqual([]);
    // What a platform would not have let through, on any of the ways above.
    expect(ground.clients.flatMap((c) => c.wrong())).toEqual([]);
  });
});
