// Folders of this machine for work that takes minutes. Each says in its name whose it is, so that what a killed process left
// behind can be taken away, and never what another one works in.
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** Containers may share a folder for temporary files, and then have names of their own. */
const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
const NAME = /^impresario-[a-z]+-([0-9a-f]{8})-(\d+)-[A-Za-z0-9]{6}$/;

/** Longer than any attempt of a job lasts: what is older and nobody's is nobody's for good. */
const OLD_MS = 60 * 60_000;
/** Another machine's, or of a process whose number is somebody else's by now: nothing of ours works for so long. */
const ANCIENT_MS = 24 * 60 * 60_000;

export const workFolder = (what: string, root = tmpdir()): Promise<string> =>
  mkdtemp(join(root, `impresario-${what}-${HOST}-${process.pid}-`));

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process, and so alive.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Takes away what dead processes left. Answers how many folders. */
export async function tidyWorkFolders(now: number, root = tmpdir()): Promise<number> {
  let gone = 0;
  for (const name of await readdir(root)) {
    const [, host, pid] = NAME.exec(name) ?? [];
    if (host === undefined) continue;
    const folder = join(root, name);
    // Another one that tidies may have been quicker.
    const found = await stat(folder).catch(() => undefined);
    if (!found?.isDirectory()) continue;
    const dead = host === HOST && !lives(Number(pid));
    if (now - found.mtimeMs < (dead ? OLD_MS : ANCIENT_MS)) continue;
    await rm(folder, { recursive: true, force: true });
    gone++;
  }
  return gone;
}
