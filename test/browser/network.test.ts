// The console on a bad network, and with a long memory: nothing is lost, nothing is done twice, every message has a link.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Console, hasBrowser, lastTurn, openConsole, say } from "./browser.ts";

describe.skipIf(!hasBrowser)("the console and its network", () => {
  let web: Console;
  beforeAll(async () => {
    web = await openConsole();
  });
  afterAll(() => web.close());
  // Here the network fails on purpose, and browsers note that.
  afterEach(() =>
    expect(
      web.complaints().filter((line) => !/ERR_(INTERNET_DISCONNECTED|FAILED|CONNECTION)|status of 503/.test(line)),
    ).toEqual([]),
  );
  const orders = () => web.stage.calls.filter((c) => c.name === "order").length;

  test("says that it is offline, keeps what is said, and sends it once when the network is back", async () => {
    const page = await web.enter();
    await say(page, "/whoami");
    await lastTurn(page).getByText("You are Owner").waitFor();
    const before = orders();
    await page.context().setOffline(true);
    await page.getByText("Offline. What you send waits here").waitFor();
    await say(page, "/demo order colour:beige count:7");
    await lastTurn(page).getByText("Waits for the connection").waitFor();
    expect(orders()).toBe(before);
    await page.context().setOffline(false);
    await lastTurn(page).getByText("Ordered 7 of beige.").waitFor({ timeout: 20_000 });
    await expect.poll(() => page.getByText("Offline. What you send waits here").count()).toBe(0);
    expect(orders()).toBe(before + 1);
    await page.context().close();
  });

  test("an answer that was lost on its way is asked for again with the same key: one effect", async () => {
    const page = await web.enter();
    const before = orders();
    const keys: (string | undefined)[] = [];
    await page.route("**/api/v1/words", async (route) => {
      keys.push((await route.request().headerValue("idempotency-key")) ?? undefined);
      if (keys.length > 2) return route.continue();
      // The server does the work; the answer never arrives.
      await route.fetch();
      await route.abort("failed");
    });
    await say(page, "/demo order colour:coral count:5");
    await lastTurn(page).getByText("Ordered 5 of coral.").waitFor({ timeout: 20_000 });
    expect(keys.length).toBe(3);
    expect(new Set(keys).size).toBe(1);
    expect(orders()).toBe(before + 1);
    await page.context().close();
  });

  test("what waits for the connection survives a reload of the page", async () => {
    const page = await web.enter();
    const before = orders();
    await page.route("**/api/v1/words", (route) => route.abort("failed"));
    await say(page, "/demo order colour:azure count:9");
    await lastTurn(page).getByText("Waits for the connection").waitFor();
    await page.unroute("**/api/v1/words");
    await page.reload();
    await lastTurn(page).getByText("Ordered 9 of azure.").waitFor({ timeout: 20_000 });
    expect(orders()).toBe(before + 1);
    await page.reload();
    await lastTurn(page).getByText("Ordered 9 of azure.").waitFor();
    expect(orders()).toBe(before + 1);
    await page.context().close();
  });

  test("a server that is busy is asked again, and one that stays away is said to be", async () => {
    const page = await web.enter();
    let times = 0;
    await page.route("**/api/v1/words", (route) => {
      times++;
      return times === 1
        ? route.fulfill({
            status: 503,
            headers: { "retry-after": "0" },
            json: { title: "Away", detail: "Away for a moment." },
          })
        : route.fallback();
    });
    await say(page, "/whoami");
    await lastTurn(page).getByText("You are Owner").waitFor();
    expect(times).toBe(2);
    await page.route("**/api/v1/words", (route) =>
      route.fulfill({
        status: 503,
        headers: { "retry-after": "0" },
        json: { title: "Away", detail: "Away for longer." },
      }),
    );
    await say(page, "/whoami");
    await lastTurn(page).getByText("Away for longer.").waitFor();
    await page.unroute("**/api/v1/words");
    await lastTurn(page).getByRole("button", { name: "Try again" }).click();
    await lastTurn(page).getByText("You are Owner").waitFor();
    await page.context().close();
  });

  test("signed out elsewhere: asks to sign in again, and goes on where it was", async () => {
    const page = await web.enter();
    await say(page, "/whoami");
    await lastTurn(page).getByText("You are Owner").waitFor();
    await page.context().clearCookies();
    await page.locator("#line").fill("/whoami");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await page.getByText("You were signed out.").waitFor();
    await page.getByLabel("Token").fill(web.owner);
    await page.keyboard.press("Enter");
    await lastTurn(page).getByRole("button", { name: "Try again" }).click();
    await lastTurn(page).getByText("You are Owner").waitFor();
    await page.context().close();
  });

  test("history comes page by page while one scrolls up, and stays where it is read", async () => {
    const { cookie, csrf } = await web.signIn();
    const runs: string[] = [];
    for (let n = 0; n < 70; n++) {
      const { body } = await web.ask("POST", "/api/v1/commands/demo.order", {
        token: null,
        headers: { cookie, "x-csrf": csrf },
        body: { colour: "coral", count: 1 + (n % 20), note: `number ${n}` },
      });
      runs.push(String(body.run));
    }
    const page = await web.enter();
    const turns = page.locator("article.turn");
    await expect.poll(() => turns.count()).toBe(30);
    // The newest is in sight.
    await expect
      .poll(() => page.locator(".log").evaluate((e) => Math.round(e.scrollHeight - e.scrollTop - e.clientHeight)))
      .toBeLessThan(2);
    await page.locator(".log").evaluate((e) => e.scrollTo(0, 100));
    await expect.poll(() => turns.count()).toBeGreaterThanOrEqual(60);
    const shown = await page.locator(".log").evaluate((e) => e.scrollTop);
    expect(shown).toBeGreaterThan(500);
    // The order is that of time, and nobody is there twice.
    const ids = await turns.evaluateAll((all) => all.map((e) => e.id));
    expect(ids).toEqual([...new Set(ids)].sort());

    // A link to a message far back: it is looked for, shown, marked, and has the focus.
    const far = await web.enter({ path: `/#run-${runs[3]}` });
    const marked = far.locator("article.marked");
    await marked.waitFor({ timeout: 15_000 });
    expect(await marked.getAttribute("id")).toBe(`run-${runs[3]}`);
    await marked.getByText("Ordered 4 of coral.").waitFor();
    await expect.poll(() => far.evaluate(() => document.activeElement?.id)).toBe(`run-${runs[3]}`);
    const seen = await marked.evaluate((e) => e.getBoundingClientRect().top);
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(820);
    // The link on a message is its own address.
    const href = await far
      .locator("article.turn")
      .last()
      .getByRole("link", { name: /Link to this message/ })
      .getAttribute("href");
    expect(href).toBe(`#run-${runs.at(-1)}`);
    await far.evaluate(() => {
      location.hash = "#run-00000000-0000-7000-8000-000000000000";
    });
    await far.getByText("That message is not in your history.").waitFor();
    await page.context().close();
    await far.context().close();
  });

  test("what another tab of the same person did appears when one comes back to this one", async () => {
    const page = await web.enter();
    const other = await web.enter();
    await say(other, "/demo order colour:amber count:11");
    await lastTurn(other).getByText("Ordered 11 of amber.").waitFor();
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await lastTurn(page).getByText("Ordered 11 of amber.").waitFor();
    await page.context().close();
    await other.context().close();
  });
});
