// Mends the installed driver. postgres.js 3.4.9 ends the whole process when a connection breaks in the middle of a
// transaction, keeps half-written bytes for the next connection (which then cannot log in), and would run the rest of a
// broken transaction on whatever connection comes next (porsager/postgres, issues 1154, 1176 and 1208).
// Plain JavaScript, because it runs before anything is installed. Another version, or a mended one, is left alone.
import fs from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const VERSION = "3.4.9";
const MARK = "// mended by impresario";

const CONNECTION = [
  [
    "  function nextWrite(fn) {\n",
    `  function nextWrite(fn) {
    if (!socket) { ${MARK}
      chunk = nextWriteTimer = null
      const gone = Errors.connection('CONNECTION_CLOSED', options)
      query && queryError(query, gone)
      query = null
      while (sent.length)
        queryError(sent.shift(), gone)
      return true
    }
`,
  ],
  [
    "    socket.removeAllListeners()\n    socket = null\n",
    "    socket.removeAllListeners()\n    socket = null\n    chunk = nextWriteTimer = null\n",
  ],
  [
    "    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n",
    "    ;(query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n    query = null\n",
  ],
  // Its own first question: nobody awaits it, and whoever waits for the connection hears that it broke.
  ["        return fetchArrayTypes()\n", "        return fetchArrayTypes().catch(() => {})\n"],
];

const INDEX = [
  [
    "      , connection\n      , prepare = null\n",
    `      , connection\n      , broken ${MARK}\n      , prepare = null\n`,
  ],
  [
    "new Promise((_, reject) => connection.onclose = reject)\n",
    "new Promise((_, reject) => connection.onclose = (error) => { broken = error; reject(error) })\n",
  ],
  [
    "        q.catch(e => uncaughtError || (uncaughtError = e))\n",
    "        q.catch(e => uncaughtError || (uncaughtError = e))\n        if (broken)\n          return q.reject(broken)\n",
  ],
];

/** Answers what was done: "mended", "mended before", or why not. */
export function mendDriver(modules) {
  const folder = join(modules, "postgres");
  const version = JSON.parse(fs.readFileSync(join(folder, "package.json"), "utf8")).version;
  if (version !== VERSION) return `postgres ${version} is not ${VERSION}`;
  const files = ["src", "cjs/src"].flatMap((f) => [
    [join(folder, f, "connection.js"), CONNECTION],
    [join(folder, f, "index.js"), INDEX],
  ]);
  let done = "mended before";
  for (const [file, changes] of files) {
    const before = fs.readFileSync(file, "utf8");
    let text = before;
    for (const [was, is] of changes) {
      if (text.includes(is)) continue;
      if (text.split(was).length !== 2) return `${file} is not as expected`;
      text = text.replace(was, () => is);
    }
    if (text === before) continue;
    // Whoever reads it at this moment reads the one or the other, never half.
    try {
      fs.writeFileSync(`${file}.new`, text);
      fs.renameSync(`${file}.new`, file);
    } catch (error) {
      return `${file} cannot be written (${error.code})`;
    }
    done = "mended";
  }
  return done;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(mendDriver(process.argv[2] ?? "node_modules"));
