import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { keyFor, readSettings, WrongSettings, withEnvFile } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "settings-"));
afterAll(() => rmSync(folder, { recursive: true }));
const SECRET_KEY = "a secret that is long enough";
const wrong = (env: Record<string, string>) => {
  try {
    readSettings({ SECRET_KEY, ...env });
  } catch (error) {
    if (error instanceof WrongSettings) return error.problems;
    throw error;
  }
  return [];
};

test("nothing set is enough", () => {
  const settings = readSettings({ DATA_DIR: join(folder, "fresh") });
  expect(settings).toMatchObject({ port: 8080, metricsPort: 9464, logLevel: "info", logFormat: "json", test: false });
  expect(settings.databaseUrl).toBeUndefined();
});

test.each([
  ["PORT", "http"],
  ["PORT", "65536"],
  ["PORT", "-1"],
  ["PORT", "8080.5"],
  ["METRICS_PORT", "x"],
  ["BASE_URL", "radio.example"],
  ["BASE_URL", "ftp://radio.example"],
  ["BASE_URL", "https://radio.example/path"],
  ["DATABASE_URL", "mysql://x/y"],
  ["DATABASE_URL", "nonsense"],
  ["OWNER_TOKEN", "short"],
  ["OWNER_TOKEN", "with a space in it"],
  ["SECRET_KEY", "short"],
  ["LOG_LEVEL", "loud"],
  ["LOG_FORMAT", "xml"],
  ["TRUST_PROXY", "yes"],
  ["LIMITS", "token=fast"],
  ["LIMITS", "nobody=1"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"],
  ["S3_BUCKET", "Our Radio"],
  ["S3_ENDPOINT", "s3.example"],
  ["S3_LINKS", "maybe"],
  ["TEST_CLOCK", "2026-11-20T12:00:00Z"],
])("%s=%j is refused by its name", (name, value) => {
  const problems = wrong({ [name]: value });
  expect(problems.length).toBe(1);
  expect(problems[0]).toMatch(new RegExp(`^${name} must be `));
});

test("the clock of tests is read only in tests", () => {
  expect(wrong({ TEST_CLOCK: "soon", NODE_ENV: "test" })[0]).toMatch(/^TEST_CLOCK/);
  const { testClock } = readSettings({ SECRET_KEY, TEST_CLOCK: "2026-11-20T12:00:00Z", NODE_ENV: "test" });
  expect(testClock?.start?.toISOString()).toBe("2026-11-20T12:00:00.000Z");
  expect(readSettings({ SECRET_KEY, TEST_CLOCK: "1", NODE_ENV: "test" }).testClock).toEqual({ start: undefined });
});

test("everything that is wrong is told at once, and a secret is not repeated", () => {
  const problems = wrong({ PORT: "x", OWNER_TOKEN: "hushhus", DATABASE_URL: "pg://user:hush@host/x" });
  expect(problems.map((p) => p.split(" ")[0])).toEqual(["DATABASE_URL", "PORT", "OWNER_TOKEN"]);
  expect(problems.join()).not.toContain("hush");
});

test("a variable that is set to nothing is not set", () => {
  expect(readSettings({ SECRET_KEY, PORT: "", LOG_LEVEL: "  " })).toMatchObject({ port: 8080, logLevel: "info" });
});

test("the file gives what the environment does not", () => {
  const file = join(folder, ".env");
  writeFileSync(file, '# ours\nPORT=9000\nLOG_LEVEL="debug"\nexport HOST=127.0.0.1\n');
  expect(withEnvFile({ PORT: "1" }, file)).toMatchObject({ PORT: "1", LOG_LEVEL: "debug", HOST: "127.0.0.1" });
  expect(withEnvFile({ PORT: "1" }, join(folder, "none"))).toEqual({ PORT: "1" });
});

test("the key is made once, for this user only, and is the same for every process", () => {
  const DATA_DIR = join(folder, "keys");
  const [one, two] = [readSettings({ DATA_DIR }), readSettings({ DATA_DIR })];
  expect(one.secretKey).toBe(two.secretKey);
  expect(one.secretKey.length).toBeGreaterThanOrEqual(43);
  expect(statSync(join(DATA_DIR, "secret.key")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(DATA_DIR, "secret.key"), "utf8").trim()).toBe(one.secretKey);
  expect(readSettings({ DATA_DIR: join(folder, "others") }).secretKey).not.toBe(one.secretKey);
});

test("a folder that cannot be written, or a key that was cut, says what to do", () => {
  writeFileSync(join(folder, "plain"), "");
  expect(wrong({ SECRET_KEY: "", DATA_DIR: join(folder, "plain", "data") })[0]).toMatch(
    /^DATA_DIR must be .*SECRET_KEY/,
  );
  const DATA_DIR = join(folder, "cut");
  readSettings({ DATA_DIR });
  chmodSync(join(DATA_DIR, "secret.key"), 0o600);
  writeFileSync(join(DATA_DIR, "secret.key"), "");
  expect(wrong({ SECRET_KEY: "", DATA_DIR })[0]).toMatch(/cut short/);
});

test("each purpose has a key of its own", () => {
  expect(keyFor(SECRET_KEY, "a").equals(keyFor(SECRET_KEY, "b"))).toBe(false);
  expect(keyFor(SECRET_KEY, "a").equals(keyFor(SECRET_KEY, "a"))).toBe(true);
  expect(keyFor(SECRET_KEY, "a").equals(keyFor(`${SECRET_KEY}!`, "a"))).toBe(false);
});
