// A process of ours with nothing but the embedded database: says when it has it, and leaves when it is told to.
import { startEmbedded, Trouble } from "../../db/embedded.ts";

const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);
const note = (about: object, words?: string) => say({ note: words, ...about });
const [dataDir = "", systemDir] = process.argv.slice(2);

try {
  const begun = performance.now();
  const { ownerUrl, release } = await startEmbedded({
    dataDir,
    log: { info: note, warn: note, error: note },
    systemDir,
  });
  say({ ownerUrl, ms: Math.round(performance.now() - begun) });
  const alive = setInterval(() => {}, 60_000);
  process.once("SIGTERM", async () => {
    clearInterval(alive);
    await release();
    process.exit(0);
  });
} catch (error) {
  if (!(error instanceof Trouble)) throw error;
  say({ trouble: error.code, message: error.message });
  process.exitCode = 1;
}
