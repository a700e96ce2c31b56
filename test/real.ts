// The real programs that streams go to, where this machine has them: Icecast, nginx with its RTMP module, Liquidsoap. Each
// in a folder and on ports of its own, on this machine alone.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Real = { folder: string; port: number; http: number; said(): string; close(): Promise<void> };

const PLACES = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin"];
const find = (name: string) => PLACES.map((place) => join(place, name)).find((path) => existsSync(path));
const RTMP_MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so";

export const has = {
  icecast: find("icecast2") ?? find("icecast"),
  nginx: existsSync(RTMP_MODULE) ? find("nginx") : undefined,
  liquidsoap: find("liquidsoap"),
  openssl: find("openssl"),
};

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** Some of them will not run as root: then they are nobody. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

async function start(
  program: string,
  args: (folder: string) => string[],
  write: (folder: string, port: number, http: number) => void,
  ready: (ports: { port: number; http: number }) => Promise<boolean>,
): Promise<Real> {
  const folder = mkdtempSync(join(tmpdir(), "impresario-real-"));
  chmodSync(folder, 0o777);
  const [port, http] = [await freePort(), await freePort()];
  write(folder, port, http);
  let said = "";
  const child: ChildProcess = spawn(program, args(folder), {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    ...nobody,
  });
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (bytes) => (said = (said + bytes).slice(-20_000)));
  const gone = new Promise<void>((done) => child.once("exit", () => done()));
  const real: Real = {
    folder,
    port,
    http,
    said: () => said,
    async close() {
      child.kill("SIGKILL");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (const end = performance.now() + 20_000; !(await ready({ port, http }).catch(() => false)); ) {
    if (child.exitCode !== null || performance.now() > end) {
      await real.close();
      throw new Error(`${program} did not start: ${said.slice(-1_000)}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return real;
}

const answers = async (url: string) => (await fetch(url)).ok;

export const realIcecast = () =>
  start(
    has.icecast!,
    (folder) => ["-c", join(folder, "icecast.xml")],
    (folder, port) =>
      writeFileSync(
        join(folder, "icecast.xml"),
        `<icecast><limits><clients>20</clients><sources>5</sources></limits>
        <authentication><source-password>hackme</source-password><admin-user>admin</admin-user><admin-password>hackme</admin-password></authentication>
        <hostname>localhost</hostname><listen-socket><port>${port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
        <paths><basedir>${folder}</basedir><logdir>${folder}</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
        <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>3</loglevel></logging></icecast>`,
      ),
    ({ port }) => answers(`http://127.0.0.1:${port}/status-json.xsl`),
  );

/** Takes RTMP for the application `live2`, and keeps what was published in its folder. */
export const realNginx = () =>
  start(
    has.nginx!,
    (folder) => ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")],
    (folder, port, http) =>
      writeFileSync(
        join(folder, "nginx.conf"),
        `load_module ${RTMP_MODULE};
        daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log info;
        events { worker_connections 64; }
        rtmp { server { listen 127.0.0.1:${port}; chunk_size 4096; access_log off;
          application live2 { live on; access_log off; record all; record_path ${folder}; record_unique off; record_suffix .flv; } } }
        http { access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
          server { listen 127.0.0.1:${http}; location /stat { rtmp_stat all; } } }`,
      ),
    ({ http }) => answers(`http://127.0.0.1:${http}/stat`),
  );

/** A radio as our guide says: one queue of ours, and its commands over HTTP. */
export const realLiquidsoap = (key: string) =>
  start(
    has.liquidsoap!,
    (folder) => [join(folder, "radio.liq")],
    (folder, port) =>
      writeFileSync(
        join(folder, "radio.liq"),
        `log.stdout.set(true)
log.file.set(false)
settings.harbor.bind_addrs.set(["127.0.0.1"])
def answer(~protocol, ~data, ~headers, uri) =
  if list.assoc(default="", "x-liquidsoap-api-key", headers) != ${JSON.stringify(key)} then
    http.response(protocol=protocol, code=403, data="no")
  else
    http.response(protocol=protocol, code=200, data=string.concat(separator="\\n", server.execute(data)))
  end
end
harbor.http.register(port=${port}, method="POST", "/telnet", answer)
q = request.queue(id="impresario")
radio = fallback(id="all", track_sensitive=false, [q, blank()])
output.file(id="radio", fallible=true, %wav, "${folder}/out.wav", radio)
`,
      ),
    async ({ port }) => {
      const asked = await fetch(`http://127.0.0.1:${port}/telnet`, {
        method: "POST",
        body: "uptime",
        headers: { "x-liquidsoap-api-key": key },
      });
      return asked.ok;
    },
  );

/** A certificate for `localhost`, by an authority of its own. */
export function certificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const form = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync(has.openssl!, [...form, "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  return { key, cert };
}
