// Round trips of small commands over HTTP, warm: one caller, then sixty-four for ten seconds. Errors are counted.
import { startProduct, TOKEN } from "./server.ts";

const seconds = process.env.BENCH_QUICK ? 2 : 10;
const product = await startProduct();
const call = (name: string, body: object = {}, key?: string) =>
  fetch(`${product.url}/api/v1/commands/${name}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/json",
      ...(key ? { "idempotency-key": key } : {}),
    },
    body: JSON.stringify(body),
  }).then(async (r) => {
    await r.arrayBuffer();
    return r.status;
  });

async function one(what: string, ask: (n: number) => Promise<number>): Promise<void> {
  for (let n = 0; n < 300; n++) await ask(-n - 1);
  const times: number[] = [];
  let errors = 0;
  for (let n = 0; n < 2000; n++) {
    const at = performance.now();
    if ((await ask(n)) !== 200) errors++;
    times.push(performance.now() - at);
  }
  print(
    what,
    1,
    times,
    times.reduce((a, b) => a + b, 0),
    errors,
  );
}

async function many(what: string, callers: number, ask: (n: number) => Promise<number>): Promise<void> {
  const times: number[] = [];
  let errors = 0;
  let n = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() - began < seconds * 1000) {
        const at = performance.now();
        if ((await ask(n++)) !== 200) errors++;
        times.push(performance.now() - at);
      }
    }),
  );
  print(what, callers, times, performance.now() - began, errors);
}

function print(what: string, callers: number, times: number[], took: number, errors: number): void {
  times.sort((a, b) => a - b);
  const at = (q: number) => Math.round(times[Math.floor(times.length * q)]! * 100) / 100;
  console.log(
    JSON.stringify({
      what,
      callers,
      "p50 ms": at(0.5),
      "p99 ms": at(0.99),
      "requests/s": Math.round((times.length / took) * 1000),
      errors,
    }),
  );
}

try {
  await one("whoami", () => call("whoami"));
  await one("whoami with a new key each", (n) => call("whoami", {}, `one-${n}`));
  await many("whoami", 64, () => call("whoami"));
  await many("whoami with a new key each", 64, (n) => call("whoami", {}, `many-${n}`));
} finally {
  await product.stop();
}
