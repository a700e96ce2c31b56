import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { choice, command, file, option, text, whole } from "../../core/command/index.ts";
import { view } from "../../core/view/index.ts";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { setting } from "../../db/schema/index.ts";
import { type Json, type TestWeb, testWeb } from "../../test/web.ts";

let looked = 0;
const town = option<string>({
  kind: "pick",
  says: "Which town",
  example: "Berlin",
  schema: { type: "string" },
  parse: (raw) => String(raw),
  async suggest(act, typed) {
    looked++;
    if (typed === "slow") await rawOf(act.db)`select pg_sleep(20)`;
    if (typed === "write")
      await act.db
        .insert(setting)
        .values({ workspaceId: act.workspace.id, key: "suggested", value: 1, updatedAt: act.now });
    return ["Bern", "Berlin"].filter((t) => t.startsWith(typed)).map((t) => ({ value: t.toLowerCase(), label: t }));
  },
});
const visit = command({
  name: "town visit",
  says: "Visit a town",
  role: "staff",
  options: {
    town,
    how: choice("How", ["train", "tram", "foot"], { default: "train" }),
    days: whole("How long", { min: 1, max: 30 }).optional(),
    map: file("A map").optional(),
    why: text("Why").optional(),
  },
  run: ({ options }) => ({
    view: view(`Off to ${options.town}.`),
    data: { item: { id: "1", town: options.town, why: options.why } },
  }),
});
const chart = command({
  name: "town chart",
  says: "How many came",
  role: "member",
  run: () =>
    view(
      "Many came.",
      { kind: "text", text: "See:" },
      {
        kind: "chart",
        alt: "Visits by day",
        chart: {
          form: "bar",
          title: "More on Sunday",
          unit: "number",
          labels: ["Sat", "Sun"],
          series: [{ name: "Visits", values: [3, 9] }],
        },
      },
    ),
});

let web: TestWeb;
beforeAll(async () => {
  web = await testWeb({ commands: [visit, chart] });
});
afterAll(() => web.close());

test("everyone is shown what they may run", async () => {
  const member = await web.person("member");
  const names = async (token: string) =>
    ((await web.ask("GET", "/api/v1/commands", { token })).body.items as { name: string }[]).map((i) => i.name);
  expect(await names(web.owner)).toEqual(expect.arrayContaining(["town visit", "town chart", "whoami"]));
  expect(await names(member.token)).not.toContain("town visit");
  const { body } = await web.ask("GET", "/api/v1/commands");
  const item = (body.items as Json[]).find((i) => i.name === "town visit");
  expect(item).toMatchObject({
    id: "town.visit",
    role: "staff",
    effects: [],
    confirm: false,
    suggests: ["town", "how"],
  });
  expect((item!.inputs as Json[])[0]).toMatchObject({ name: "town", kind: "pick", required: true });
});

const complete = (query: string, token = web.owner) => web.ask("GET", `/api/v1/complete?${query}`, { token });

test("an option offers what fits, and the same question is asked once", async () => {
  looked = 0;
  const [one] = await Promise.all([1, 2, 3].map(() => complete("command=town.visit&option=town&q=Berl")));
  expect(one!.body).toEqual({ items: [{ value: "berlin", label: "Berlin" }] });
  await complete("command=town.visit&option=town&q=Berl");
  expect(looked).toBe(1);
  const choices = await complete("command=town%20visit&option=how&q=tra");
  expect((choices.body.items as Json[]).map((i) => i.value)).toEqual(["train", "tram"]);
  expect((await complete("command=town.visit&option=days&q=1")).body).toEqual({ items: [] });
});

test("completion that takes too long is cut off, and leaves the database", async () => {
  const started = performance.now();
  const answer = await complete("command=town.visit&option=town&q=slow");
  expect(answer.body).toEqual({ items: [], late: true });
  expect(performance.now() - started).toBeLessThan(2_900);
});

test("completion writes nothing", async () => {
  expect((await complete("command=town.visit&option=town&q=write")).status).toBeGreaterThanOrEqual(500);
  const rows = await inWorkspace(
    web.house.database,
    web.house.owner.workspaceId,
    (tx) => rawOf(tx)`select from setting where key = 'suggested'`,
  );
  expect(rows.length).toBe(0);
});

test.each([
  ["command=nothing&option=x", 404],
  ["command=town.visit&option=toString", 404],
  ["", 404],
])("completion of %j is %i", async (query, status) => {
  expect((await complete(query)).status).toBe(status);
});

test("completion is for those who may run the command", async () => {
  const member = await web.person("member");
  expect((await complete("command=town.visit&option=town", member.token)).status).toBe(403);
});

test("a line is a command", async () => {
  const say = (line: unknown) => web.ask("POST", "/api/v1/words", { body: { text: line } });
  expect((await say('/town visit town:Bern why:"to see it"')).body).toMatchObject({
    status: "done",
    data: { item: { town: "Bern", why: "to see it" } },
  });
  expect((await say("town viist")).status).toBe(404);
  expect((await say("")).status).toBe(400);
  expect((await say(5)).status).toBe(400);
});

test("a chart of an answer is a picture, once drawn", async () => {
  const { body } = await web.ask("POST", "/api/v1/commands/town.chart");
  const url = (body.view as { blocks: { url?: string }[] }).blocks[1]!.url!;
  expect(url).toBe(`/api/v1/charts/${body.run}/0.png`);
  const get = (query: string, headers = {}) =>
    fetch(`${web.url}${url}${query}`, { headers: { authorization: `Bearer ${web.owner}`, ...headers } });
  const light = await get("");
  expect(light.headers.get("content-type")).toBe("image/png");
  const png = Buffer.from(await light.arrayBuffer());
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  const dark = await get("?theme=dark");
  expect(Buffer.from(await dark.arrayBuffer()).equals(png)).toBe(false);
  const etag = light.headers.get("etag")!;
  expect((await get("", { "if-none-match": etag })).status).toBe(304);
  expect((await get("?theme=dark", { "if-none-match": etag })).status).toBe(200);
  const stranger = await web.person("staff");
  expect((await web.ask("GET", url, { token: stranger.token })).status).toBe(404);
  for (const wrong of ["1.png", "0.svg", "-1.png", "x"])
    expect((await web.ask("GET", url.replace("0.png", wrong))).status).toBe(404);
});

test("OpenAPI says every command and is itself right", async () => {
  const { status, body, headers } = await web.ask("GET", "/api/v1/openapi.json", { token: null });
  expect(status).toBe(200);
  expect(body.openapi).toBe("3.1.0");
  const paths = body.paths as Record<string, Record<string, Json>>;
  for (const c of web.house.commands.all()) expect(paths[`/api/v1/commands/${c.name.replace(" ", ".")}`]).toBeDefined();
  const etag = headers.get("etag")!;
  expect(
    (await web.ask("GET", "/api/v1/openapi.json", { token: null, headers: { "if-none-match": etag } })).status,
  ).toBe(304);
  const ids = Object.values(paths).flatMap((p) => Object.values(p).map((o) => o.operationId));
  expect(new Set(ids).size).toBe(ids.length);
  for (const [path, item] of Object.entries(paths)) {
    for (const operation of Object.values(item)) {
      const declared = ((operation.parameters ?? []) as { in: string; name: string }[])
        .filter((p) => p.in === "path")
        .map((p) => p.name);
      expect(declared.sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort());
      expect(Object.keys(operation.responses as Json)).toEqual(expect.arrayContaining(["200", "401"]));
    }
  }
  const refs = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((m) => m[1]!);
  expect(Object.keys((body.components as { schemas: Json }).schemas)).toEqual(expect.arrayContaining(refs));
});

test("the schemas of OpenAPI are valid, and answers and problems fit them", async () => {
  const { body } = await web.ask("GET", "/api/v1/openapi.json", { token: null });
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ ...body, $id: "api" });
  const fits = (pointer: string) => ajv.compile({ $ref: `api#${pointer}` });
  const paths = body.paths as Record<string, { post?: { requestBody: { content: Record<string, unknown> } } }>;
  for (const [path, { post }] of Object.entries(paths)) {
    if (!post || !path.includes("/commands/")) continue;
    const escaped = path.replaceAll("/", "~1");
    for (const type of Object.keys(post.requestBody.content))
      fits(`/paths/${escaped}/post/requestBody/content/${type.replace("/", "~1")}/schema`);
  }
  const request = fits("/paths/~1api~1v1~1commands~1town.visit/post/requestBody/content/application~1json/schema");
  expect(request({ town: "bern", days: 2, how: "foot" })).toBe(true);
  for (const wrong of [{}, { town: "bern", days: 0 }, { town: "bern", how: "car" }, { town: "bern", extra: 1 }])
    expect(request(wrong), JSON.stringify(wrong)).toBe(false);
  const answer = await web.ask("POST", "/api/v1/commands/town.visit", { body: { town: "bern" } });
  expect(fits("/components/schemas/Answer")(answer.body)).toBe(true);
  const refused = await web.ask("POST", "/api/v1/commands/town.visit", { body: {} });
  expect(fits("/components/schemas/Problem")(refused.body)).toBe(true);
  const missing = await web.ask("GET", "/api/v1/nothing");
  expect(fits("/components/schemas/Problem")(missing.body)).toBe(true);
  const run = await web.ask("GET", `/api/v1/runs/${refused.body.run}`);
  expect(fits("/components/schemas/Run")(run.body)).toBe(true);
});
