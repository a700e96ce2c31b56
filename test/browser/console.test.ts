// The console as a person uses it: signing in, commands by completion, forms, confirmations, progress, charts.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Console, hasBrowser, lastTurn, openConsole, say } from "./browser.ts";

describe.skipIf(!hasBrowser)("the console in a browser", () => {
  let web: Console;
  beforeAll(async () => {
    web = await openConsole();
  });
  afterAll(() => web.close());
  afterEach(() => expect(web.complaints()).toEqual([]));

  test("signs in with a token, says what is wrong with another, and signs out", async () => {
    const page = await web.visit();
    const token = page.getByLabel("Token");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Paste a token first.").waitFor();
    await token.fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("This token is not known here").waitFor();
    expect(await token.getAttribute("aria-invalid")).toBe("true");
    await token.fill(web.owner);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Test Radio is ready" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Test Radio is ready" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await token.waitFor();
    await page.reload();
    await token.waitFor();
    await page.context().close();
  });

  test("an owner's link signs in once; used again, it says so", async () => {
    const { makeEntry } = await import("../../core/session/index.ts");
    const code = await makeEntry(web.house.database, web.house.sources, web.house.owner);
    const page = await web.visit({ path: `/enter?code=${code}` });
    await page.locator("#line").waitFor();
    const other = await web.visit({ path: `/enter?code=${code}` });
    await other.getByText("That link was used before").waitFor();
    await page.context().close();
    await other.context().close();
  });

  test("sets up the workspace from the button of the empty state", async () => {
    const page = await web.enter();
    await page.getByRole("button", { name: "Choose a blueprint" }).click();
    const form = page.getByRole("form", { name: "/setup" });
    await form.getByLabel("Which business to start from").selectOption("streams");
    await form.getByLabel("What to call it").fill("Night Drive Media");
    await page.keyboard.press("Enter");
    const turn = lastTurn(page);
    await expect.poll(() => turn.getAttribute("data-status")).toBe("done");
    expect(await turn.innerText()).toContain("Night Drive Media");
    // The name on the page follows without a reload.
    await page.locator(".bar-name", { hasText: "Night Drive Media" }).waitFor();
    await page.context().close();
  });

  test("completes a command and its options, and sends what was chosen", async () => {
    const page = await web.enter();
    const line = page.getByRole("combobox", { name: "Command line" });
    await line.pressSequentially("/ord");
    const offers = page.getByRole("listbox", { name: "Commands" });
    await offers.getByRole("option", { name: /demo order/ }).click();
    const form = page.getByRole("form", { name: "/demo order" });
    const colour = form.getByRole("combobox", { name: "Which colour" });
    await colour.pressSequentially("am");
    const found = form.getByRole("listbox").getByRole("option");
    await expect.poll(() => found.allTextContents()).toEqual(["The colour amberamber", "The colour amethystamethyst"]);
    // A page that moves beneath it, as when an answer comes in, does not take the offers away.
    await page.locator(".log").evaluate((e) => e.dispatchEvent(new Event("scroll")));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await found.nth(1).click();
    expect(await colour.inputValue()).toBe("The colour amethyst");
    expect(await form.getByText("1 to 20").isVisible()).toBe(true);
    await form.getByLabel("How many buckets").fill("3");
    await form.getByRole("button", { name: "Add code" }).click();
    const code = form.getByLabel("A voucher");
    await expect.poll(() => code.evaluate((e) => e === document.activeElement)).toBe(true);
    await page.keyboard.type("SPRING");
    await form.getByRole("button", { name: "Run" }).click();
    await lastTurn(page).getByText("Ordered 3 of amethyst.").waitFor();
    expect(web.stage.calls.at(-1)).toEqual({
      name: "order",
      options: { colour: "amethyst", count: 3, code: "SPRING" },
    });
    await page.context().close();
  });

  test("tells at the input what is wrong before anything is sent, and what the server finds after", async () => {
    const page = await web.enter();
    const before = web.stage.calls.length;
    await say(page, "/demo order count:99");
    const form = page.getByRole("form", { name: "/demo order" });
    await form.getByRole("button", { name: "Run" }).click();
    await form.getByText("This is needed.").waitFor();
    await form.getByText("Between 1 and 20, please.").waitFor();
    const colour = form.getByRole("combobox", { name: "Which colour" });
    await expect.poll(() => colour.evaluate((e) => e === document.activeElement)).toBe(true);
    await colour.fill("mauve");
    await page.keyboard.press("Escape");
    await form.getByLabel("How many buckets").fill("2");
    await form.getByRole("button", { name: "Run" }).click();
    // The server knows the colours: its answer brings the form to mend.
    const mend = lastTurn(page).getByRole("form");
    await mend.getByText("Nothing here is called mauve.").waitFor();
    expect(await lastTurn(page).getAttribute("data-status")).toBe("refused");
    expect(await mend.getByLabel("How many buckets").inputValue()).toBe("2");
    const turns = await page.locator("article.turn").count();
    await mend.getByRole("combobox", { name: "Which colour" }).fill("puce");
    await mend.getByRole("button", { name: "Run" }).click();
    await mend.getByText("Nothing here is called puce.").waitFor();
    expect(await page.locator("article.turn").count()).toBe(turns);
    await mend.getByRole("combobox", { name: "Which colour" }).fill("coral");
    await mend.getByRole("button", { name: "Run" }).click();
    await lastTurn(page).getByText("Ordered 2 of coral.").waitFor();
    expect(web.stage.calls.length).toBe(before + 1);
    await page.context().close();
  });

  test("a rule that says no is shown with what to do, and the line can be edited again", async () => {
    const page = await web.enter();
    await say(page, "/demo order colour:azure code:expired");
    await lastTurn(page).getByText("This voucher has expired. Leave it out, or use another.").waitFor();
    await lastTurn(page).getByText("Not done").waitFor();
    await page.locator("#line").focus();
    await page.keyboard.press("ArrowUp");
    expect(await page.locator("#line").inputValue()).toBe("/demo order colour:azure code:expired");
    await page.context().close();
  });

  test("asks before it deletes; the buttons go when one was pressed, also after a reload", async () => {
    const page = await web.enter();
    const before = web.stage.calls.length;
    await say(page, '/demo wipe board:"the big one"');
    const asked = lastTurn(page);
    await asked.getByText("Waits for your word", { exact: true }).waitFor();
    const id = await asked.getAttribute("id");
    expect(web.stage.calls.length).toBe(before);
    await asked.getByRole("button", { name: "Confirm" }).click();
    await lastTurn(page).getByText("Wiped the big one.").waitFor();
    await expect.poll(() => page.locator(`[id="${id}"]`).getByRole("button", { name: "Confirm" }).count()).toBe(0);
    expect(await page.getByText("Waits for your word", { exact: true }).count()).toBe(0);
    expect(web.stage.calls.slice(before)).toEqual([{ name: "wipe", options: { board: "the big one" } }]);
    await page.reload();
    await lastTurn(page).getByText("Wiped the big one.").waitFor();
    expect(await page.getByRole("button", { name: "Confirm" }).count()).toBe(0);
    await say(page, "/demo wipe board:other");
    await lastTurn(page).getByRole("button", { name: "Cancel" }).click();
    await lastTurn(page).getByText("Nothing was changed").waitFor();
    expect(web.stage.calls.length).toBe(before + 1);
    await page.context().close();
  });

  test("shows progress that moves by itself, and then the result in the same place", async () => {
    const steps: (() => void)[] = [];
    web.stage.step = () => new Promise((go) => void steps.push(go));
    const next = async () => {
      await expect.poll(() => steps.length).toBeGreaterThan(0);
      steps.shift()!();
    };
    const page = await web.enter();
    await say(page, "/demo work");
    await lastTurn(page).getByRole("progressbar").waitFor();
    const turn = page.locator(`[id="${await lastTurn(page).getAttribute("id")}"]`);
    const bar = turn.getByRole("progressbar");
    for (let n = 1; n <= 4; n++) {
      await next();
      await expect.poll(() => bar.getAttribute("aria-valuenow"), { timeout: 5000 }).toBe(String(n));
      expect(await turn.locator(".cells .full").count()).toBe(Math.floor((n / 4) * 10));
      await turn.getByText(`Mixing colour ${n}`).waitFor();
    }
    await next();
    await turn.getByText("Mixed four colours.").waitFor();
    expect(await bar.count()).toBe(0);
    expect(await turn.getByRole("button", { name: "Cancel" }).count()).toBe(0);
    web.stage.step = async () => {};
    await page.context().close();
  });

  test("hands over a file", async () => {
    const page = await web.enter();
    await say(page, "/demo file");
    const form = page.getByRole("form", { name: "/demo file" });
    await form
      .getByLabel("The file")
      .setInputFiles({ name: "rows.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") });
    await form.getByRole("button", { name: "Run" }).click();
    await lastTurn(page).getByText("Got rows.csv.").waitFor();
    expect(web.stage.calls.at(-1)).toEqual({ name: "file", options: { name: "rows.csv", text: "a,b\n1,2\n" } });
    await page.context().close();
  });

  test("what is no command is answered with the nearest ones", async () => {
    const page = await web.enter();
    await say(page, "/demo odrer");
    await lastTurn(page).getByText("Did you mean").waitFor();
    await lastTurn(page).getByRole("button", { name: "/demo order" }).click();
    // Pressed without what it needs: the answer is its form.
    await lastTurn(page).getByRole("form", { name: "/demo order" }).waitFor();
    await page.context().close();
  });
});
