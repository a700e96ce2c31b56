// Other leashes on the same folder, and what they say of themselves.
import * as fs from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";

/** What another leash says of itself; null when nobody listens there. */
export function ask(path) {
  return new Promise((answer) => {
    const socket = createConnection(path);
    const done = (value) => {
      clearTimeout(timer);
      socket.destroy();
      answer(value);
    };
    // Alive and too busy to answer: it may own the server.
    const timer = setTimeout(() => done({ server: -1 }), 2000);
    let text = "";
    socket.on("error", () => done(null));
    socket.on("close", () => done(null));
    socket.on("data", (bytes) => {
      text += bytes;
      if (text.includes("\n")) done(JSON.parse(text.slice(0, text.indexOf("\n"))));
    });
  });
}

const isOwner = (other, pid) => other !== null && (other.server === pid || other.server === -1);

/** Whether another leash owns the server with this number. `front` is the socket that everybody knows, `mine` our own. */
export async function ownedByAnother(pid, { run, front, mine }) {
  for (const name of fs.readdirSync(run)) {
    const path = join(run, name);
    if (!/^leash-\w+\.sock$/.test(name) || path === mine) continue;
    const other = await ask(path);
    if (isOwner(other, pid)) return true;
    // Nobody binds to such a name twice. A young one may be about to listen.
    const born = fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (!other && Date.now() - born > 10_000) fs.rmSync(path, { force: true });
  }
  // Last: one that we found no more under its own name has taken this one meanwhile.
  return isOwner(await ask(front), pid);
}
