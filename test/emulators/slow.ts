// A line that takes long for what is large, and only for that.
import type { ServerResponse } from "node:http";

export type SlowLine = { bytes: number; milliseconds: number };
export const fastLine = (): SlowLine => ({ bytes: Number.POSITIVE_INFINITY, milliseconds: 0 });

/** True: whoever sent it gave up, and not all of it came. */
export async function brokeOff(line: SlowLine, bytes: number, response: ServerResponse): Promise<boolean> {
  if (bytes <= line.bytes) return false;
  await new Promise<void>((done) => {
    const timer = setTimeout(done, line.milliseconds);
    response.once("close", () => {
      clearTimeout(timer);
      done();
    });
  });
  return response.destroyed;
}
