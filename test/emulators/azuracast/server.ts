// AzuraCast's REST API as far as a station's files, requests and now-playing go, with its key and its refusals.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

type File = { id: number; unique_id: string; path: string; title: string; album: string; bytes: number };
export type AzuracastServer = {
  url: string;
  files: File[];
  requests: string[];
  restarts: number;
  online: boolean;
  advance(): void;
  close(): Promise<void>;
};

export async function azuracastServer({ key = "key", station = "radio" } = {}): Promise<AzuracastServer> {
  let on: File | undefined;
  const server = createServer(async (req, res) => {
    const path = req.url ?? "";
    const answer = (status: number, body: object) =>
      res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    let text = "";
    for await (const part of req) text += part;
    const body = (text === "" ? {} : JSON.parse(text)) as Partial<File> & { file?: string };
    const [, rest = ""] = new RegExp(`^/api/(?:station/)?(?:nowplaying/)?${station}(/.*)?$`).exec(path) ?? [];
    if (path === `/api/nowplaying/${station}`) {
      const song = on && { title: on.title, album: on.album };
      return answer(200, { is_online: made.online, now_playing: on ? { elapsed: 0, duration: 180, song } : {} });
    }
    if (req.headers["x-api-key"] !== key) return answer(403, { code: 403, message: "You must be logged in." });
    if (rest === "/files" && req.method === "POST") {
      const id = made.files.length + 1;
      const file: File = {
        id,
        unique_id: `u${id}`,
        path: body.path ?? "",
        title: "",
        album: "",
        bytes: Buffer.from(body.file ?? "", "base64").length,
      };
      made.files.push(file);
      return answer(200, file);
    }
    const put = /^\/file\/(\d+)$/.exec(rest)?.[1];
    if (put && req.method === "PUT") {
      Object.assign(made.files[Number(put) - 1]!, { title: body.title, album: body.album });
      return answer(200, { success: true });
    }
    const asked = /^\/request\/(\w+)$/.exec(rest)?.[1];
    if (asked && made.requests.includes(asked)) return answer(500, { message: "This song was already requested." });
    if (asked) {
      made.requests.push(asked);
      return answer(200, { success: true });
    }
    if (rest === "/backend/skip") made.advance();
    else if (rest === "/restart") made.restarts++;
    else return answer(404, { code: 404 });
    return answer(200, { success: true });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const made: AzuracastServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files: [],
    requests: [],
    restarts: 0,
    online: true,
    advance() {
      const next = made.requests.shift();
      on = made.files.find((f) => f.unique_id === next);
    },
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
  return made;
}
