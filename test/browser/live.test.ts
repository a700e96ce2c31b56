// The live page as listeners use it: what one does is there for the other at once, without a reload.
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { report } from "../../core/streams/index.ts";
import { type Clerk, startClerk } from "../../jobs/clerk.ts";
import { addSong, channelId, inAct, play, takeLease } from "../streams.ts";
import { faintTexts, namelessControls } from "./access.ts";
import { type Console, hasBrowser, openConsole } from "./browser.ts";

const SLUG = "noir-jazz";
const HOSTILE = '<img src=x onerror=alert(1)> </script><script>alert(2)</script> "Rain" & @everyone';
const PHONE = { viewport: { width: 360, height: 740 } };

describe.runIf(hasBrowser)("live page", () => {
  let all: Console;
  let channel: string;
  let ana: Page;
  let ben: Page;
  let guest: Page;
  let clerk: Clerk;

  const shot = async (page: Page, name: string) =>
    process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
  const text = (page: Page) => page.locator("body").innerText();
  const member = async (options: BrowserContextOptions): Promise<Page> => {
    const { cookie } = await all.signIn(await all.person("member"));
    const [name = "", value = ""] = cookie.split("=");
    const own = { name, value, domain: "127.0.0.1", path: "/", expires: -1, httpOnly: true, secure: false };
    const storageState = { cookies: [{ ...own, sameSite: "Lax" as const }], origins: [] };
    return all.visit({ ...options, storageState, path: `/live/${SLUG}` });
  };

  beforeAll(async () => {
    all = await openConsole();
    clerk = startClerk(all.house);
    await all.house.ask("setup", { blueprint: "streams" });
    channel = await channelId(all.house, SLUG);
    for (const title of ["Rain at Nine", "Blue Door", HOSTILE, "Last Train", "Harbour", "Second Floor"])
      await addSong(all.house, title, { channel, facts: { artist: `The ${title.slice(0, 6)}` } });
    await all.house.ask("channel start", { channel: SLUG });
    const token = await takeLease(all.house, channel);
    await play(all.house, channel, token);
    const status = "on" as const;
    await inAct(all.house, (act) => report(act, { channel, token, status, at: act.now, sounding: true }));
    ana = await member({});
    ben = await member({ ...PHONE, colorScheme: "dark" });
    guest = await all.visit({ path: `/live/${SLUG}`, ...PHONE });
  }, 60_000);
  afterAll(async () => {
    await clerk?.stop();
    await all?.close();
  });

  test("shows what is heard, to whoever comes", async () => {
    for (const page of [ana, ben, guest]) {
      await expect.poll(() => page.locator(".stage .title").innerText()).toMatch(/\w/);
      expect(await page.getByRole("button", { name: "Play" }).count()).toBe(1);
    }
    await expect.poll(() => text(guest)).toContain("3 here");
    expect(await guest.getByLabel("Write a message").count()).toBe(0);
    await expect.poll(() => text(guest)).toContain("Sign in to vote");
  });

  test("a vote in one browser moves the tally in the other", async () => {
    const started = await all.house.ask("vote start", { channel: SLUG, candidates: 3, minutes: 2 });
    expect(started.status).toBe("done");
    const first = (page: Page) => page.locator(".choice").first();
    await expect.poll(() => ben.locator(".choice").count()).toBe(3);
    await first(ana).click();
    await expect.poll(() => first(ben).locator(".count").innerText()).toBe("1");
    await expect.poll(() => first(guest).locator(".count").innerText()).toBe("1");
    expect(await first(guest).isDisabled()).toBe(true);
    expect(await first(ana).getAttribute("aria-pressed")).toBe("true");
  });

  test("a shout, a message, a request and a heart are there at once, and hostile words are words", async () => {
    await ana.getByLabel("Write a message").fill(HOSTILE);
    await expect.poll(() => text(ben)).toContain("is typing");
    await ana.getByRole("button", { name: "Shout" }).click();
    await expect.poll(() => ben.locator(".shouts").innerText()).toContain(HOSTILE);
    await ben.getByLabel("Write a message").fill("hello from a phone");
    await ben.keyboard.press("Enter");
    await expect.poll(() => ana.locator(".chat .talk").innerText()).toContain("hello from a phone");
    const hearts = guest.locator(".burst");
    await ana.getByRole("button", { name: "React with 🔥" }).click();
    await expect.poll(() => hearts.count(), { interval: 50 }).toBeGreaterThan(0);
    expect(await ana.locator("main img[src=x], main script").count()).toBe(0);
  });

  test("staff hide a message for everybody", async () => {
    const owner = await all.enter();
    await owner.goto(`${all.url}/live/${SLUG}`);
    await owner.locator(".chat .hide").first().click();
    for (const page of [ana, ben, guest]) await expect.poll(() => text(page)).not.toContain("hello from a phone");
    await owner.context().close();
  });

  test("fits a phone, reads well and has a name for everything, light and dark", async () => {
    await shot(ana, "live-wide");
    await shot(ben, "live-phone-dark");
    await shot(guest, "live-phone-guest");
    for (const page of [ana, ben, guest]) {
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect(await namelessControls(page)).toEqual([]);
      expect(await faintTexts(page)).toEqual([]);
    }
    expect(all.complaints()).toEqual([]);
  });
});
