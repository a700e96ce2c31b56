import { expect, test } from "vitest";
import { hideSecrets, makeLog, makeScope, safe } from "./index.ts";

const written = async (level = "info") => {
  const lines: Record<string, unknown>[] = [];
  const scope = makeScope();
  const to = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { log: await makeLog({ level, format: "json", to }, scope), scope, lines };
};

test("a line says its level, its time, and the run it is within", async () => {
  const { log, scope, lines } = await written();
  log.info({ n: 1 }, "outside");
  await scope.within({ run: "r1" }, async () => {
    await Promise.resolve();
    log.warn({}, "inside");
    scope.within({ workspace: "w" }, () => log.error({}, "deeper"));
  });
  log.debug({}, "not said");
  expect(lines.map(({ time, ...line }) => line)).toEqual([
    { level: "info", n: 1, msg: "outside" },
    { level: "warn", run: "r1", msg: "inside" },
    { level: "error", run: "r1", workspace: "w", msg: "deeper" },
  ]);
  expect(lines[0]!.time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test("two runs at once do not mix", async () => {
  const { log, scope, lines } = await written();
  const run = (id: string) =>
    scope.within({ run: id }, async () => {
      for (let n = 0; n < 5; n++) {
        await new Promise((done) => setImmediate(done));
        log.info({ mine: id });
      }
    });
  await Promise.all(["a", "b", "c"].map(run));
  expect(lines.length).toBe(15);
  for (const line of lines) expect(line.run).toBe(line.mine);
});

test.each([
  ["Authorization: Bearer imp_abcdefghijk", "imp_abc"],
  ["postgres://owner:hunter22@db/x", "hunter22"],
  ["GET /enter?code=abc.defghijklm&x=1", "abc.def"],
  ["xoxb-1234567-abcdef", "1234567"],
  ["sk_live_abcdef123456", "abcdef123456"],
])("%s does not show its secret", (text, secret) => {
  expect(hideSecrets(text)).not.toContain(secret);
});

test("secrets are hidden by their names and inside texts, at any depth, in errors too", async () => {
  const { log, lines } = await written();
  const error = new Error("could not reach postgres://u:hunter22@db", { cause: new Error("token imp_abcdefghijkl") });
  log.error({
    err: error,
    deep: [{ token: "t0ken", headers: { Authorization: "Bearer hushhush" } }],
    password: "hunter22",
  });
  const text = JSON.stringify(lines);
  for (const secret of ["hunter22", "t0ken", "hushhush", "imp_abcdefghijkl"]) expect(text).not.toContain(secret);
  expect(lines[0]).toMatchObject({
    err: { type: "Error", cause: { message: "token [hidden]" } },
    password: "[hidden]",
  });
  expect((lines[0]!.err as { stack: string }).stack).toContain("log.test.ts");
});

test("long texts, long lists, deep and odd things are cut, not fatal", () => {
  expect(String(safe("x".repeat(1_000_000))).length).toBeLessThan(310);
  expect((safe(Array.from({ length: 1_000 })) as unknown[]).length).toBe(50);
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  expect(JSON.stringify(safe(loop)).length).toBeLessThan(200);
  expect(safe({ big: 10n, none: undefined, f() {}, buffer: Buffer.alloc(9) })).toEqual({
    big: "10",
    buffer: "9 bytes",
  });
});
