// Where tests put what they throw away.
import { accessSync, constants, realpathSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const ROOMY = 4_000_000_000;

/** Memory, where there is plenty: the disks of machines that run tests are slow to make files and slower to remove them. */
export function scratch(): string {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    accessSync("/dev/shm", constants.W_OK);
    if (bavail * bsize > ROOMY) return "/dev/shm";
  } catch {
    // No such place on this system.
  }
  return realpathSync(tmpdir());
}
