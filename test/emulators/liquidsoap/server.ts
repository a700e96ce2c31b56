// Liquidsoap's own commands over HTTP, as naive as the real one: every line is a command, and a URI of `process:` is run.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type LiquidsoapServer = {
  url: string;
  /** Every line that it read as a command. */
  commands: string[];
  queue: { rid: number; uri: string }[];
  /** What would have been run by its shell. */
  ran: string[];
  /** What plays ends, and the next begins. */
  advance(): void;
  /** `blind`: it takes what it is given, and cannot read it. */
  faults: { down: boolean; deaf: boolean; blind: boolean };
  close(): Promise<void>;
};

export async function liquidsoapServer({ key = "key" } = {}): Promise<LiquidsoapServer> {
  let rids = 0;
  let on: { rid: number; uri: string } | undefined;

  function run(line: string): string {
    made.commands.push(line);
    const [, uri] = /^impresario\.push (.+)$/.exec(line) ?? [];
    if (uri !== undefined) {
      if (made.faults.deaf) return "";
      if (uri.includes("process:")) made.ran.push(uri);
      if (!made.faults.blind) made.queue.push({ rid: rids, uri });
      return String(rids++);
    }
    if (line === "request.alive") return [...(on ? [on] : []), ...made.queue].map((r) => r.rid).join(" ");
    if (line === "request.on_air") return on ? String(on.rid) : "";
    if (line.startsWith("request.metadata ")) {
      const rid = Number(line.split(" ")[1]);
      const asked = [...(on ? [on] : []), ...made.queue].find((r) => r.rid === rid);
      const id = /impresario="([^"]*)"/.exec(asked?.uri ?? "")?.[1];
      return id === undefined ? "No such request." : `title="Something"\nimpresario="${id}"\nstatus="playing"`;
    }
    if (line === "radio.skip") {
      made.advance();
      return "Done";
    }
    return line === "uptime" ? "0d 00h 00m 10s" : 'ERROR: unknown command, type "help" to get a list of commands.';
  }

  const server = createServer(async (req, res) => {
    if (made.faults.down) return void req.socket.destroy();
    if (req.headers["x-liquidsoap-api-key"] !== key) return void res.writeHead(401).end();
    if (req.method !== "POST" || req.url !== "/telnet") return void res.writeHead(404).end();
    let body = "";
    for await (const part of req) body += part;
    res.end(`${body.split("\n").map(run).join("\nEND\n")}\nEND\n`);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const made: LiquidsoapServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands: [],
    queue: [],
    ran: [],
    advance() {
      on = made.queue.shift();
    },
    faults: { down: false, deaf: false, blind: false },
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
  return made;
}
