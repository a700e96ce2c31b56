import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, text } from "../../core/command/index.ts";
import { ENTRY_HOURS, endSession, makeEntry, SESSION_DAYS } from "../../core/session/index.ts";
import { view } from "../../core/view/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestWeb, testWeb } from "../../test/web.ts";

const say = command({
  name: "word say",
  says: "Say a word",
  role: "member",
  options: { word: text("Which") },
  run: ({ options }) => view(options.word),
});
const secret = command({ name: "word secret", says: "For the owner", role: "owner", run: () => view("Sesame.") });

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb({ commands: [say, secret] });
});
afterAll(() => web.close());

const whoami = (headers: Record<string, string>) =>
  web.ask("POST", "/api/v1/commands/whoami", { token: null, headers });

test.each([
  ["no token", {}],
  ["a wrong token", { authorization: "Bearer imp_wrong" }],
  ["another scheme", { authorization: "Basic b3duZXI6b3duZXI=" }],
  ["an empty token", { authorization: "Bearer " }],
  ["a cookie that we did not write", { cookie: "impresario=nonsense" }],
  ["a cookie that is shaped like ours", { cookie: `impresario=${"A".repeat(22)}.${"A".repeat(43)}` }],
])("%s is not let in", async (_, headers) => {
  const answer = await whoami(headers);
  expect(answer.status).toBe(401);
  expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  expect(answer.body).toMatchObject({ type: "urn:impresario:problem:unknown-caller", status: 401 });
});

test("every route that needs somebody says so", async () => {
  const paths = [
    ["GET", "/api/v1/session"],
    ["GET", "/api/v1/runs"],
    ["GET", "/api/v1/runs/01a1fafe-0a8f-75e5-8ddf-56f5f2a59c65"],
    ["GET", "/api/v1/commands"],
    ["GET", "/api/v1/complete?command=whoami&option=x"],
    ["GET", "/api/v1/events"],
    ["GET", "/api/v1/charts/01a1fafe-0a8f-75e5-8ddf-56f5f2a59c65/0.png"],
    ["POST", "/api/v1/words"],
    ["POST", "/api/v1/actions/rAAAAAAAAAAAAAA"],
  ];
  for (const [method, path] of paths) {
    const { status } = await web.ask(method!, path!, { token: null });
    expect(status, `${method} ${path}`).toBe(401);
  }
});

test("a revoked token is refused at once, and so is the session that it opened", async () => {
  const person = await web.person("staff");
  const signed = await web.ask("POST", "/api/v1/session", { token: null, body: { token: person.token } });
  expect(signed.status).toBe(200);
  const cookie = signed.headers.get("set-cookie")!.split(";")[0]!;
  expect((await web.ask("GET", "/api/v1/session", { token: null, headers: { cookie } })).status).toBe(200);
  await inWorkspace(web.house.database, person.workspaceId, async (tx) => {
    await rawOf(tx)`update token set revoked_at = now() where id = ${person.tokenId}`;
  });
  expect((await web.ask("GET", "/api/v1/session", { token: person.token })).status).toBe(401);
  expect((await web.ask("GET", "/api/v1/session", { token: null, headers: { cookie } })).status).toBe(401);
});

test("a role is the one of now", async () => {
  const staff = await web.person("staff");
  const run = () => web.ask("POST", "/api/v1/commands/word.secret", { token: staff.token });
  expect((await run()).status).toBe(403);
  await inWorkspace(web.house.database, staff.workspaceId, async (tx) => {
    await rawOf(tx)`update person set role = 'owner' where id = ${staff.personId}`;
  });
  expect((await run()).status).toBe(200);
});

test("the link signs in once; looking at it does not use it up", async () => {
  const code = await makeEntry(web.house.database, web.house.sources, web.house.owner);
  const path = `/enter?code=${code}`;
  expect((await web.ask("HEAD", path, { token: null })).status).toBe(204);
  expect((await web.ask("GET", path, { token: null, headers: { "sec-purpose": "prefetch" } })).status).toBe(204);
  const entered = await web.ask("GET", path, { token: null });
  expect(entered.status).toBe(303);
  expect(entered.headers.get("location")).toBe("/");
  expect(entered.headers.get("set-cookie")).toMatch(/^impresario=[\w-]{22}\.[\w-]{43}; .*HttpOnly; SameSite=Lax$/);
  const again = await web.ask("GET", path, { token: null });
  expect(again.headers.get("location")).toBe("/?entry=used");
  expect(again.headers.get("set-cookie")).toBeNull();
  const cookie = entered.headers.get("set-cookie")!.split(";")[0]!;
  expect((await web.ask("GET", path, { token: null, headers: { cookie } })).headers.get("location")).toBe("/");
});

test("two who press the same link at once: one comes in", async () => {
  const code = await makeEntry(web.house.database, web.house.sources, web.house.owner);
  const both = await Promise.all([1, 2, 3].map(() => web.ask("GET", `/enter?code=${code}`, { token: null })));
  expect(both.filter((b) => b.headers.get("set-cookie")).length).toBe(1);
});

test("links and sessions end", async () => {
  const code = await makeEntry(web.house.database, web.house.sources, web.house.owner);
  const { cookie } = await web.signIn();
  web.house.clock.pass(ENTRY_HOURS * 3600_000 + 1);
  expect((await web.ask("GET", `/enter?code=${code}`, { token: null })).headers.get("location")).toBe("/?entry=used");
  expect((await web.ask("GET", "/api/v1/session", { token: null, headers: { cookie } })).status).toBe(200);
  web.house.clock.pass(SESSION_DAYS * 24 * 3600_000);
  expect((await web.ask("GET", "/api/v1/session", { token: null, headers: { cookie } })).status).toBe(401);
});

test("signing out ends the session everywhere", async () => {
  const { cookie, csrf } = await web.signIn();
  const out = await web.ask("DELETE", "/api/v1/session", { token: null, headers: { cookie, "x-csrf": csrf } });
  expect(out.status).toBe(204);
  expect(out.headers.get("set-cookie")).toMatch(/^impresario=; Max-Age=0/);
  expect((await web.ask("GET", "/api/v1/session", { token: null, headers: { cookie } })).status).toBe(401);
  expect((await web.ask("DELETE", "/api/v1/session", { token: null })).status).toBe(204);
  // In another tab, which does not know yet.
  const again = await web.ask("DELETE", "/api/v1/session", { token: null, headers: { cookie, "x-csrf": csrf } });
  expect(again.status).toBe(204);
  expect(again.headers.get("set-cookie")).toMatch(/^impresario=; Max-Age=0/);
  const other = await web.signIn();
  const forged = await web.ask("DELETE", "/api/v1/session", { token: null, headers: { cookie: other.cookie } });
  expect(forged.status, "another page cannot sign anybody out").toBe(403);
});

test("an erased person is nobody", async () => {
  const person = await web.person("member");
  const { cookie } = await web.signIn(person);
  await inWorkspace(web.house.database, person.workspaceId, async (tx) => {
    await rawOf(tx)`update person set erased_at = now() where id = ${person.personId}`;
  });
  expect((await web.ask("GET", "/api/v1/session", { token: null, headers: { cookie } })).status).toBe(401);
  expect((await web.ask("POST", "/api/v1/commands/whoami", { token: person.token })).status).toBe(401);
});

test("a browser's request counts only from our own page", async () => {
  const { cookie, csrf } = await web.signIn();
  const other = await web.signIn();
  const own = { cookie, "x-csrf": csrf };
  expect((await whoami(own)).status).toBe(200);
  expect((await whoami({ ...own, origin: web.url, "sec-fetch-site": "same-origin" })).status).toBe(200);
  const wrongs: Record<string, string>[] = [
    { cookie },
    { cookie, "x-csrf": "" },
    { cookie, "x-csrf": other.csrf },
    { ...own, origin: "https://evil.example" },
    { ...own, origin: "null" },
    { ...own, "sec-fetch-site": "cross-site" },
    { ...own, "sec-fetch-site": "same-site" },
  ];
  for (const wrong of wrongs) {
    const answer = await whoami(wrong);
    expect(answer.status, JSON.stringify(wrong)).toBe(403);
    expect(answer.body.type).toBe("urn:impresario:problem:forgery");
  }
  const foreign = await web.ask("POST", "/api/v1/session", {
    token: null,
    body: { token: web.owner },
    headers: { origin: "https://evil.example" },
  });
  expect(foreign.status).toBe(403);
});

test("a token beside a cookie is what counts, and needs no csrf", async () => {
  const staff = await web.person("staff");
  const { cookie } = await web.signIn();
  const answer = await web.ask("POST", "/api/v1/commands/whoami", { token: staff.token, headers: { cookie } });
  expect(answer.body).toMatchObject({ data: { item: { id: staff.personId } } });
});

test("who one is at the console", async () => {
  const { cookie } = await web.signIn();
  const { body, headers } = await web.ask("GET", "/api/v1/session", { token: null, headers: { cookie } });
  expect(body).toMatchObject({
    person: { name: "Owner" },
    role: "owner",
    workspace: { slug: "test-radio" },
    via: "session",
  });
  expect(headers.get("cache-control")).toBe("no-store");
  expect(JSON.stringify(body)).not.toContain(cookie.split(".")[1]);
});

test.each([
  ["a number", { token: 5 }, 400],
  ["nothing", {}, 400],
  ["a wrong one", { token: "imp_wrong" }, 401],
])("signing in with %s", async (_, body, status) => {
  expect((await web.ask("POST", "/api/v1/session", { token: null, body })).status).toBe(status);
});

test("a session whose hash is known cannot be ended from another workspace", async () => {
  const { cookie } = await web.signIn();
  const stranger = await web.person("owner");
  await endSession(web.house.database, web.house.clock.now, {
    workspaceId: stranger.workspaceId,
    personId: stranger.personId,
    tokenId: null,
    sessionId: "01a1fafe-0a8f-75e5-8ddf-56f5f2a59c65",
  });
  expect((await web.ask("GET", "/api/v1/session", { token: null, headers: { cookie } })).status).toBe(200);
});

test("under https the cookie is bound to the host, and browsers stay with https", async () => {
  const https = await testWeb({ baseUrl: "https://radio.example" });
  try {
    const code = await makeEntry(https.house.database, https.house.sources, https.house.owner);
    const entered = await https.ask("GET", `/enter?code=${code}`, { token: null });
    expect(entered.headers.get("set-cookie")).toMatch(/^__Host-impresario=.*Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(entered.headers.get("strict-transport-security")).toBe("max-age=31536000");
    const cookie = entered.headers.get("set-cookie")!.split(";")[0]!;
    const { body } = await https.ask("GET", "/api/v1/session", { token: null, headers: { cookie } });
    const own = { cookie, "x-csrf": String(body.csrf) };
    const run = (origin: string) =>
      https.ask("POST", "/api/v1/commands/whoami", { token: null, headers: { ...own, origin } });
    expect((await run("https://radio.example")).status).toBe(200);
    expect((await run("http://radio.example")).status).toBe(403);
  } finally {
    await https.close();
  }
});

test("who guesses too often waits; a token that is known does not", async () => {
  const locked = await testWeb({ limits: { wrong: { perSecond: 0.1, burst: 3 } } });
  try {
    expect((await locked.ask("POST", "/api/v1/commands/whoami")).status).toBe(200);
    const guess = () => locked.ask("POST", "/api/v1/commands/whoami", { token: "imp_guess" });
    for (let n = 0; n < 3; n++) expect((await guess()).status).toBe(401);
    const refused = await guess();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await locked.ask("GET", "/enter?code=nonsense", { token: null })).status).toBe(429);
    expect((await locked.ask("POST", "/api/v1/commands/whoami")).status).toBe(200);
  } finally {
    await locked.close();
  }
});

test("each caller has an allowance of its own", async () => {
  const narrow = await testWeb({
    commands: [say],
    limits: {
      token: { perSecond: 0.01, burst: 4 },
      command: { perSecond: 0.01, burst: 2 },
      address: { perSecond: 0.01, burst: 3 },
    },
  });
  try {
    const one = await narrow.person("member");
    const two = await narrow.person("member");
    const run = (token: string) => narrow.ask("POST", "/api/v1/commands/word.say", { token, body: { word: "a" } });
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await run(one.token)).status);
    expect(statuses).toEqual([200, 200, 429, 429, 429]);
    expect((await run(two.token)).status).toBe(200);
    const strangers = [];
    for (let n = 0; n < 4; n++) strangers.push((await narrow.ask("GET", "/api/v1/runs", { token: null })).status);
    expect(strangers).toEqual([401, 401, 401, 429]);
  } finally {
    await narrow.close();
  }
});

test("a Host that is not one is refused as a problem", async () => {
  const status = await new Promise<number>((done, fail) => {
    const { port } = new URL(web.url);
    request({ port, host: "127.0.0.1", path: "/healthz", headers: { host: "a b" } }, (r) => {
      r.resume();
      done(r.statusCode ?? 0);
    })
      .on("error", fail)
      .end();
  });
  expect(status).toBe(400);
});
