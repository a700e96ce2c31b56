// Payloads as nobody sends them: JSON with something wrong at some place of it, and bytes that are hardly JSON.

type Random = () => number;
const one = (random: Random) => structuredClone(any(random, ODD)(random));
const any = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

const deep = (levels: number): unknown => {
  let value: unknown = "x";
  for (let n = 0; n < levels; n++) value = n % 2 === 0 ? [value] : { a: value };
  return value;
};
const DEEP = deep(200);

const ODD: readonly ((random: Random) => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1.5,
  () => 2 ** 53,
  () => 1e308,
  () => "",
  () => " ",
  () => "\u0000",
  () => "\ud800",
  () => "\udc00\ud800",
  () => "\u202e\u2066",
  () => "__proto__",
  () => "constructor",
  () => "' or 1=1 --",
  () => "%00%ff../../etc/passwd",
  () => "-99999999999999999999999999",
  () => "NaN",
  () => "x".repeat(300),
  () => "🦄".repeat(5_000),
  (random) => (random() < 0.02 ? "y".repeat(500_000) : "y".repeat(5_000)),
  () => [],
  () => {},
  () => ({}),
  () => [[]],
  () => [null],
  () => ({ toString: 1, valueOf: null, length: -1, __defineGetter__: "x" }),
  () => DEEP,
];

type Node = Record<string, unknown>;

/** Every place of a value that holds another. */
function placesOf(value: unknown, found: { of: Node; key: string }[] = []): { of: Node; key: string }[] {
  if (typeof value !== "object" || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push({ of: value as Node, key });
    placesOf((value as Node)[key], found);
  }
  return found;
}

/** One to four things are wrong with it. */
export function mutated(base: unknown, random: Random): unknown {
  const value = structuredClone(base);
  const times = 1 + Math.floor(random() * 4);
  for (let n = 0; n < times; n++) {
    const places = placesOf(value);
    if (places.length === 0) return one(random);
    const { of, key } = any(random, places);
    const other = any(random, places);
    const how = random();
    if (how < 0.2) delete of[key];
    else if (how < 0.7) of[key] = one(random);
    else if (how < 0.8) of[key] = structuredClone(other.of[other.key]);
    else if (how < 0.87)
      Object.defineProperty(of, "__proto__", {
        value: { polluted: true },
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else if (how < 0.94) of[any(random, ["id", "type", "data", "text", "value", "then"])] = one(random);
    else of[key] = structuredClone([of[key], of[key]]);
  }
  return value;
}

/** Now and then what is sent is hardly JSON. */
export function spoilt(body: Buffer<ArrayBuffer>, random: Random): Buffer<ArrayBuffer> {
  const how = random();
  const at = Math.floor(random() * body.length);
  if (how < 0.25) return body.subarray(0, at);
  if (how < 0.5) {
    const changed = Buffer.from(body);
    for (let n = 0; n < 3; n++) changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
    return changed;
  }
  if (how < 0.65)
    return Buffer.concat([body.subarray(0, at), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), body.subarray(at)]);
  if (how < 0.75) return Buffer.from("[".repeat(10_000));
  if (how < 0.85) return Buffer.from(body.toString().replace(/\d+/, "1e309"));
  if (how < 0.95) return Buffer.concat([body, body]);
  return Buffer.alloc(0);
}
