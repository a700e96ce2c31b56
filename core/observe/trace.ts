// Spans of work: they carry the run into every line of the log and, when an OTLP endpoint is set, go there as traces.
import { AsyncLocalStorage } from "node:async_hooks";
import type { Span, Tracer } from "@opentelemetry/api";
import type { House } from "../house.ts";
import { hideSecrets, type Scope } from "./log.ts";

export type Tracing = {
  span: NonNullable<House["span"]>;
  /** Sends what is left. */
  stop(): Promise<void>;
};

/** Without an endpoint a span only names its work to the log: no library is loaded. */
export async function makeTracing(scope: Scope, endpoint?: URL, version = ""): Promise<Tracing> {
  if (!endpoint) return { span: (_name, about, work) => scope.within(about, work), stop: async () => {} };
  const [api, base, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace-base"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  const url = `${endpoint.href.replace(/\/+$/, "")}/v1/traces`;
  const processor = new base.BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: 3_000 }), {
    scheduledDelayMillis: 1_000,
    maxQueueSize: 4_096,
  });
  const provider = new base.BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "impresario", "service.version": version }),
    spanProcessors: [processor],
  });
  const spans = new AsyncLocalStorage<Span>();
  return {
    span: (name, about, work, parent) =>
      scope.within(about, () =>
        traced({ api, spans, tracer: provider.getTracer("impresario") }, name, about, work, parent),
      ),
    stop: () => provider.shutdown(),
  };
}

type Kit = { api: typeof import("@opentelemetry/api"); spans: AsyncLocalStorage<Span>; tracer: Tracer };

async function traced<T>(
  { api, spans, tracer }: Kit,
  name: string,
  attributes: Record<string, string>,
  work: () => Promise<T>,
  parent?: string,
): Promise<T> {
  const above = spans.getStore();
  const root = api.ROOT_CONTEXT;
  const remote = above ? undefined : readParent(parent);
  const context = above
    ? api.trace.setSpan(root, above)
    : remote
      ? api.trace.setSpanContext(root, { ...remote, isRemote: true })
      : root;
  const span = tracer.startSpan(name, { attributes }, context);
  try {
    return await spans.run(span, work);
  } catch (error) {
    span.setStatus({
      code: api.SpanStatusCode.ERROR,
      message: hideSecrets(String((error as Error)?.message ?? error)),
    });
    throw error;
  } finally {
    span.end();
  }
}

/** W3C traceparent: whose trace a caller's request is a part of. */
export function readParent(header: string | undefined) {
  const [, traceId, spanId, flags] = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/.exec(header ?? "") ?? [];
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags ?? "0", 16) & 1 };
}
