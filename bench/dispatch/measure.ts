// One way to measure them all: a command with one text argument, its handler, one reply; the network stubbed.
// The last-registered command is called, so that a search in a list shows.

export type Subject = {
  name: string;
  prepare(commands: number): Promise<{ once(text: string): Promise<void>; handled(): number }>;
};

export type Row = {
  subject: string;
  commands: number;
  p50: number;
  p99: number;
  perSecond: number;
  concurrent: number;
  rssMb: number;
};

const WARM_UP = 2_000;
const EVENTS = Number(process.env.BENCH_EVENTS ?? 10_000);
const AT_ONCE = 64;

export async function measure(subject: Subject, sizes: number[]): Promise<void> {
  for (const commands of sizes) {
    const { once, handled } = await subject.prepare(commands);
    for (let i = 0; i < WARM_UP; i++) await once(`warm ${i}`);
    const before = handled();
    const times = new Float64Array(EVENTS);
    const started = performance.now();
    for (let i = 0; i < EVENTS; i++) {
      const at = performance.now();
      await once(`song ${i}`);
      times[i] = performance.now() - at;
    }
    const took = performance.now() - started;
    const rush = performance.now();
    for (let i = 0; i < EVENTS; i += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, EVENTS - i) }, (_, n) => once(`song ${i + n}`)));
    }
    const rushed = performance.now() - rush;
    if (handled() - before !== 2 * EVENTS)
      throw new Error(`${subject.name}: ${handled() - before} of ${2 * EVENTS} were handled`);
    times.sort();
    const row: Row = {
      subject: subject.name,
      commands,
      p50: round(times[Math.floor(EVENTS * 0.5)]! * 1000),
      p99: round(times[Math.floor(EVENTS * 0.99)]! * 1000),
      perSecond: Math.round((EVENTS / took) * 1000),
      concurrent: Math.round((EVENTS / rushed) * 1000),
      rssMb: Math.round(process.memoryUsage().rss / 1e6),
    };
    console.log(JSON.stringify(row));
  }
  process.exit(0);
}

const round = (value: number) => Math.round(value * 10) / 10;
