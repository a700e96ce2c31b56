// How the console looks and feels: keyboard alone, dark, a phone, charts, players, contrast, names, a bad network.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { wordsOf } from "../../core/words/say.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { faintTexts, namelessControls, smallTargets } from "./access.ts";
import { type Console, hasBrowser, lastTurn, openConsole, say } from "./browser.ts";

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

const showAll = async (page: Page) => {
  await say(page, "/demo all");
  await lastTurn(page).getByRole("button", { name: "Show it again" }).waitFor();
};
const sideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe.skipIf(!hasBrowser)("the look of the console", () => {
  let web: Console;
  beforeAll(async () => {
    web = await openConsole();
  });
  afterAll(() => web.close());
  afterEach(() => expect(web.complaints()).toEqual([]));

  test("a chart is a picture in the page's theme, and a table for whoever wants one", async () => {
    const page = await web.enter();
    await showAll(page);
    const picture = lastTurn(page).getByRole("img", { name: "Viewers of two channels over seven days" });
    const drawn = () => picture.evaluate((e: HTMLImageElement) => (e.complete ? e.naturalWidth : 0));
    await expect.poll(drawn, { timeout: 15_000 }).toBe(1200);
    expect(await picture.getAttribute("src")).toMatch(/theme=light$/);
    await page.getByRole("button", { name: "Change between light and dark" }).click();
    await expect.poll(() => picture.getAttribute("src")).toMatch(/theme=dark$/);
    await expect.poll(drawn, { timeout: 15_000 }).toBe(1200);
    const numbers = lastTurn(page).getByRole("region", { name: "Synthwave overtook City Pop on Tuesday" });
    expect(await numbers.isVisible()).toBe(false);
    await lastTurn(page).getByText("Show as table").click();
    expect(await numbers.getByRole("row").nth(1).innerText()).toMatch(/Mon\s+900\s+700/);
    // A gap is told as one: no data is not zero.
    expect(await numbers.getByRole("row").nth(5).innerText()).toMatch(/Fri\s+no data\s+1,020/);
    await page.context().close();
  });

  test("plays sound, one at a time, by keyboard too", async () => {
    const page = await web.enter();
    await showAll(page);
    await showAll(page);
    const players = page.getByRole("group", { name: "A song" });
    await players.nth(0).getByRole("button", { name: "Play Midnight Arcade" }).click();
    await players.nth(0).getByRole("button", { name: "Pause Midnight Arcade" }).waitFor();
    await players.nth(1).getByRole("button", { name: "Play Midnight Arcade" }).focus();
    await page.keyboard.press("Space");
    await players.nth(1).getByRole("button", { name: "Pause Midnight Arcade" }).waitFor();
    await players.nth(0).getByRole("button", { name: "Play Midnight Arcade" }).waitFor();
    const seek = players.nth(0).getByRole("slider", { name: "Position in Midnight Arcade" });
    expect(await seek.getAttribute("aria-valuetext")).toMatch(/^0:0\d of 0:02$/);
    await seek.focus();
    await page.keyboard.press("End");
    await expect.poll(() => seek.getAttribute("aria-valuetext")).toBe("0:02 of 0:02");
    await page.context().close();
  });

  test("works from the first key to the last without a mouse", async () => {
    const page = await web.enter();
    const focused = () =>
      page.evaluate(
        () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.getAttribute("name"),
      );
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press("/");
    await expect.poll(focused).toBe("Command line");
    await page.keyboard.type("demo");
    await page.getByRole("listbox").waitFor();
    const active = () =>
      page.evaluate(
        () => document.getElementById(document.activeElement?.getAttribute("aria-activedescendant") ?? "")?.textContent,
      );
    await expect.poll(active).toContain("/demo all");
    await page.keyboard.press("ArrowDown");
    await expect.poll(active).toContain("/demo order");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await expect.poll(active).not.toContain("/demo all");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("listbox").count()).toBe(0);
    await page.keyboard.type(" wi");
    await page.keyboard.press("Tab");
    await expect.poll(focused).toBe("board");
    await page.keyboard.type("kitchen");
    await page.keyboard.press("Enter");
    await lastTurn(page).getByRole("button", { name: "Confirm" }).waitFor();
    await expect.poll(focused).toBe("Command line");
    // Back from the command line: the message's link, then its buttons.
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("Confirm");
    await page.keyboard.press("Enter");
    await lastTurn(page).getByText("Wiped kitchen.").waitFor();
    await expect.poll(focused).toBe("Command line");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => page.locator("#line").inputValue()).toBe("/demo wipe board:kitchen");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.locator("#line").inputValue()).toBe("");
    await page.keyboard.type("/demo order co");
    await page.getByRole("listbox", { name: "Suggestions" }).waitFor();
    await page.keyboard.press("Tab");
    await expect.poll(() => page.locator("#line").inputValue()).toBe("/demo order colour:");
    await page.keyboard.type("bei");
    await page.getByRole("option", { name: "The colour beige" }).waitFor();
    await page.keyboard.press("Tab");
    await expect.poll(() => page.locator("#line").inputValue()).toBe("/demo order colour:beige ");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await lastTurn(page).getByText("Ordered 1 of beige.").waitFor();
    await page.context().close();
  });

  test("an open form closes with Escape and gives the focus back", async () => {
    const page = await web.enter();
    await say(page, "/demo order");
    await page.locator("form.panel").waitFor();
    await expect.poll(() => page.evaluate(() => !!document.activeElement?.closest("form.panel"))).toBe(true);
    await page.keyboard.press("Escape"); // The list of colours.
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator("form.panel").count()).toBe(0);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("line");
    await page.context().close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`every text can be read and everything has a name, ${colorScheme}`, async () => {
      const page = await web.visit({ colorScheme });
      await page.getByLabel("Token").waitFor();
      await page.getByRole("button", { name: "Sign in" }).click();
      expect(await faintTexts(page)).toEqual([]);
      expect(await namelessControls(page)).toEqual([]);
      await page.context().close();
      const inside = await web.enter({ colorScheme });
      const ground = await inside.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(ground).toBe(colorScheme === "dark" ? "rgb(15, 16, 20)" : "rgb(251, 250, 248)");
      await showAll(inside);
      await say(inside, "/demo wipe board:x");
      await lastTurn(inside).getByRole("button", { name: "Confirm" }).waitFor();
      await say(inside, "/demo order colour:mauve");
      await lastTurn(inside).getByRole("form").waitFor();
      await inside.locator("#line").pressSequentially("/de");
      await inside.getByRole("listbox").waitFor();
      expect(await faintTexts(inside)).toEqual([]);
      expect(await namelessControls(inside)).toEqual([]);
      await inside.locator("#line").fill("");
      await say(inside, "/demo order");
      await inside.locator("form.panel").getByRole("button", { name: "Run" }).click();
      expect(await faintTexts(inside)).toEqual([]);
      expect(await namelessControls(inside)).toEqual([]);
      await inside.context().close();
    });
  }

  test("on a phone nothing scrolls sideways and everything is large enough for a thumb", async () => {
    const page = await web.enter(PHONE);
    expect(await sideways(page)).toBe(0);
    await showAll(page);
    expect(await sideways(page)).toBe(0);
    // The table is wider than the phone: it scrolls in itself.
    const table = lastTurn(page).getByRole("region", { name: "Costs by provider" });
    expect(await table.evaluate((e) => e.scrollWidth > e.clientWidth)).toBe(true);
    await say(page, "/demo order");
    await page.locator("form.panel").waitFor();
    expect(await sideways(page)).toBe(0);
    expect(await smallTargets(page)).toEqual([]);
    const run = await page.locator("form.panel").getByRole("button", { name: "Run" }).boundingBox();
    expect(run!.y + run!.height).toBeLessThanOrEqual(PHONE.viewport.height);
    await page.context().close();
  });

  test("a long answer is read from its beginning, a short one leaves the end in sight", async () => {
    const page = await web.enter({ viewport: { width: 900, height: 600 } });
    await showAll(page);
    const top = () =>
      lastTurn(page).evaluate((e) =>
        Math.round(e.getBoundingClientRect().top - e.closest(".log")!.getBoundingClientRect().top),
      );
    await expect.poll(top).toBe(12);
    // Scrolled by a person, it stays there, whatever is loaded later.
    await page.locator(".log").hover();
    await page.mouse.wheel(0, 300);
    // The wheel glides: it has come to rest when it is where it was.
    let there = 0;
    const rests = async () => {
      const before = there;
      there = await top();
      return there === before && there < -200;
    };
    await expect.poll(rests).toBe(true);
    await page.locator("#line").fill("/demo order");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await page.locator("form.panel").waitFor();
    expect(Math.abs((await top()) - there)).toBeLessThan(3);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await say(page, "/whoami");
    await lastTurn(page).getByText("You are Owner").waitFor();
    await expect
      .poll(() => page.locator(".log").evaluate((e) => Math.round(e.scrollHeight - e.scrollTop - e.clientHeight)))
      .toBeLessThan(2);
    await page.context().close();
  });

  test("the theme that was chosen stays, also before anything is drawn", async () => {
    const page = await web.enter({ colorScheme: "light" });
    await page.getByRole("button", { name: "Change between light and dark" }).click();
    await page.reload();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(15, 16, 20)");
    await page.getByRole("button", { name: "Change between light and dark" }).click();
    await page.reload();
    expect(await page.evaluate(() => localStorage.getItem("theme"))).toBeNull();
    await page.context().close();
  });

  // Translations come and go as a whole: without Spanish there are none yet.
  test.skipIf(wordsOf("es").size === 0)("speaks the language of the browser, and then of the person", async () => {
    const page = await web.visit({ locale: "es-MX" });
    await page.getByRole("button", { name: wordsOf("es").get("Sign in") ?? "" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("es");
    const speaker = await web.person("staff");
    const { database } = web.house;
    await inWorkspace(
      database,
      speaker.workspaceId,
      (tx) => rawOf(tx)`update person set locale = 'ja' where id = ${speaker.personId}`,
    );
    await page.locator("#token").fill(speaker.token);
    await page.keyboard.press("Enter");
    await page.getByRole("combobox", { name: wordsOf("ja").get("Command line") ?? "" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("ja");
    await page.context().close();
  });

  test("nothing that comes as data becomes more than text", async () => {
    const page = await web.enter();
    await say(page, "/demo evil");
    const turn = lastTurn(page);
    await turn.getByText("press me").waitFor();
    expect(await turn.locator("script, img[src='x'], [onerror], a[href^='javascript'], a[href^='data']").count()).toBe(
      0,
    );
    expect(await turn.getByRole("link", { name: "press me" }).count()).toBe(0);
    expect(await page.evaluate(() => "owned" in window)).toBe(false);
    await page.context().close();
  });

  test("moves nothing for people who asked for less motion, and nothing for long for the others", async () => {
    for (const reducedMotion of ["reduce", "no-preference"] as const) {
      const page = await web.enter({ reducedMotion });
      await page.locator("#line").pressSequentially("/");
      await page.getByRole("listbox").waitFor();
      const longest = await page.evaluate(() =>
        Math.max(
          ...[...document.querySelectorAll("*")].flatMap((e) => {
            const style = getComputedStyle(e);
            return [style.animationDuration, style.transitionDuration].flatMap((d) =>
              d.split(",").map((part) => Number.parseFloat(part) * (part.includes("ms") ? 1 : 1000)),
            );
          }),
        ),
      );
      if (reducedMotion === "reduce") expect(longest).toBeLessThanOrEqual(1);
      else expect(longest).toBeLessThanOrEqual(200);
      await page.context().close();
    }
  });
});
