// A provider for tests that does as it is told, in this process; wire shapes have emulators of their own.
import type { Answered, Call, Capability, Provider } from "../core/studio/index.ts";

/** A tone: a real file. */
export function tone(seconds = 1, loud = 3000): Buffer {
  const rate = 8000;
  const samples = Math.round(rate * seconds);
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write("RIFF", 0, "latin1");
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write("WAVEfmt ", 8, "latin1");
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36, "latin1");
  wav.writeUInt32LE(samples * 2, 40);
  for (let n = 0; n < samples; n++)
    wav.writeInt16LE(Math.round(loud * Math.sin((n * 440 * 2 * Math.PI) / rate)), 44 + n * 2);
  return wav;
}

export const song = (bytes: Uint8Array = tone()): Answered => ({
  state: "done",
  made: [
    {
      role: "main",
      type: "audio/wav",
      name: "song.wav",
      from: { bytes },
      facts: { seconds: 1, bpm: 100, key: "F major" },
    },
  ],
});

export type Told = Partial<Omit<Provider, "capabilities">> & {
  price?: bigint;
  kind?: Capability["kind"];
  submit?: (call: Call) => Promise<Answered>;
};

export function provider({ price = 60_000n, kind = "song", ...told }: Told = {}): Provider & { calls: string[] } {
  const calls: string[] = [];
  const capability: Capability = {
    kind,
    model: "test-1",
    seconds: [1, 600],
    promptMax: 2000,
    price: () => price,
    rights: { commercial: "yes", stores: "yes", terms: "none" },
    quality: 0.8,
    usual: 5,
  };
  const { submit = async () => song(), ...rest } = told;
  return {
    slug: "tester",
    name: "Tester",
    atOnce: 8,
    pollSeconds: 0,
    ...rest,
    calls,
    capabilities: [capability],
    submit(call) {
      calls.push(call.attempt);
      return submit(call);
    },
  };
}
