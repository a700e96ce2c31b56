import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { testHouse } from "../../test/house.ts";
import { makeScope, makeTracing } from "./index.ts";
import { readParent } from "./trace.ts";

type Span = {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status?: { code?: number };
  attributes: { key: string; value: { stringValue?: string } }[];
};

async function receiver() {
  const spans: Span[] = [];
  const paths: string[] = [];
  const server = createServer((asked, answer) => {
    let body = "";
    asked.on("data", (part) => (body += part));
    asked.on("end", () => {
      paths.push(asked.url ?? "");
      for (const resource of JSON.parse(body).resourceSpans)
        for (const scope of resource.scopeSpans) spans.push(...scope.spans);
      answer.setHeader("content-type", "application/json");
      answer.end("{}");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { spans, paths, url, close: () => new Promise((done) => server.close(done)) };
}

test("a command is a span, with its dispatch and its commit inside, within whoever asked", async () => {
  const otlp = await receiver();
  const house = await testHouse();
  const tracing = await makeTracing(makeScope(), otlp.url);
  house.span = tracing.span;
  const parent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const reply = await tracing.span("request", { route: "/x" }, () => house.ask("whoami"), parent);
  await tracing.stop();
  const named = (name: string) => otlp.spans.find((s) => s.name === name)!;
  expect(otlp.paths[0]).toBe("/v1/traces");
  expect(otlp.spans.map((s) => s.name).sort()).toEqual(["command", "commit", "dispatch", "request"]);
  expect(new Set(otlp.spans.map((s) => s.traceId))).toEqual(new Set(["a".repeat(32)]));
  expect(named("request").parentSpanId).toBe("b".repeat(16));
  expect(named("command").parentSpanId).toBe(named("request").spanId);
  expect(named("dispatch").parentSpanId).toBe(named("command").spanId);
  expect(named("commit").parentSpanId).toBe(named("command").spanId);
  expect(named("command").attributes).toContainEqual({ key: "run", value: { stringValue: reply.run } });
  await house.close();
  await otlp.close();
});

test("what fails is marked, without its secrets, and still fails", async () => {
  const otlp = await receiver();
  const tracing = await makeTracing(makeScope(), otlp.url);
  const broken = tracing.span("request", {}, async () => {
    throw new Error("no way to postgres://u:hunter22@db");
  });
  await expect(broken).rejects.toThrow("no way");
  await tracing.stop();
  expect(otlp.spans[0]!.status?.code).toBe(2);
  expect(JSON.stringify(otlp.spans)).not.toContain("hunter22");
  await otlp.close();
});

test("a receiver that is away disturbs nobody", async () => {
  const tracing = await makeTracing(makeScope(), new URL("http://127.0.0.1:9"));
  expect(await tracing.span("request", {}, async () => 5)).toBe(5);
  await tracing.stop().catch(() => {});
});

test("without an endpoint a span still carries the run to the log", async () => {
  const scope = makeScope();
  const { span } = await makeTracing(scope);
  expect(await span("command", { run: "r" }, async () => scope.current())).toEqual({ run: "r" });
});

test.each(["", "x", `00-${"0".repeat(32)}-${"b".repeat(16)}-01`, `00-${"a".repeat(32)}-${"0".repeat(16)}-01`])(
  "traceparent %j is nobody's",
  (header) => {
    expect(readParent(header)).toBeUndefined();
  },
);
