// `npm run doctor`: looks at everything that a running bot needs, and says of each thing that is wrong how to mend it.
// Nothing is changed. It ends with 1 when something is wrong.
import { fileURLToPath } from "node:url";
import { openSources } from "../core/money/index.ts";
import { CannotStart } from "./parts/part.ts";
import { type Env, type Looked, lookAtSettings, reader, WrongSettings } from "./settings.ts";
import type { Finding, Kit, Surface } from "./surface.ts";
import { allSurfaces } from "./surfaces.ts";
import { bucketed } from "./tools/bucket.ts";
import { ffmpeg, type Held, holds, keyed, port, stored } from "./tools/place.ts";
import { runTool, type Tell, toolKit } from "./tools/tool.ts";
import { address, databases, type Opened, platform } from "./tools/ways.ts";

type Section = { title: string; findings: Finding[] };

export async function doctor(args: readonly string[], env: Env, tell: Tell, surfaces?: Surface[]): Promise<number> {
  if (args.length > 0) throw new CannotStart("npm run doctor takes nothing: it looks at everything that is set.");
  let wrong = 0;
  const show = ({ title, findings }: Section) => {
    tell(title);
    for (const { ok, what, mend } of findings) {
      if (!ok) wrong++;
      tell(`  ${ok ? "ok   " : "WRONG"}  ${what}`);
      if (mend) tell(`         ${mend}`);
    }
  };
  const settings = readable(env, show);
  if (!settings) return 1;
  const kit = await toolKit(settings);
  const opened = await openAll(surfaces ?? (await allSurfaces()), env, kit, show);
  // All at once, told in one order.
  const web = holds({ ...settings, proof: '/healthz "status":"ok"' });
  const sources = openSources({ read: reader(env).read });
  const hooked = [
    ...opened.filter(({ bot }) => bot.hook).map(({ surface }) => surface.name),
    ...sources.map(({ name }) => name),
  ];
  const sections: Promise<Section>[] = [
    named("this machine", here(settings, web)),
    named("database", databases(settings, kit)),
    ...opened.map((one) => named(one.surface.name, platform(one, kit, settings))),
    ...sources.map((source) => named(source.name, source.examine(settings.baseUrl))),
    named(
      "public address",
      web.then((held) => address(settings, hooked, held === "ours")),
    ),
  ];
  for (const section of sections) show(await section);
  tell(wrong === 0 ? "Everything is as it should be." : `${wrong} to mend.`);
  return wrong === 0 ? 0 : 1;
}

async function named(title: string, findings: Promise<Finding[]>): Promise<Section> {
  try {
    return { title, findings: await findings };
  } catch (error) {
    // One look that broke is a finding; the others go on.
    const what = `This could not be looked at: ${error instanceof Error ? error.message : String(error)}`;
    return { title, findings: [{ ok: false, what }] };
  }
}

function readable(env: Env, show: (section: Section) => void): Looked | undefined {
  try {
    return lookAtSettings(env);
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    show({ title: "settings", findings: error.problems.map((what) => ({ ok: false, what })) });
    return undefined;
  }
}

async function openAll(
  surfaces: readonly Surface[],
  env: Env,
  kit: Kit,
  show: (section: Section) => void,
): Promise<Opened[]> {
  const { read, problems } = reader(env);
  const opened: Opened[] = [];
  const findings: Finding[] = [];
  for (const surface of surfaces) {
    const before = problems.length;
    const own = surface.settings(read);
    if (own !== undefined) opened.push({ surface, settings: own, bot: await surface.open(own, kit) });
    else if (problems.length === before)
      findings.push({ ok: true, what: `${surface.name} has no token. How to get one: docs/${surface.name}.md` });
  }
  const wrong = problems.map((what) => ({ ok: false, what }));
  if (wrong.length + findings.length > 0) show({ title: "settings", findings: [...wrong, ...findings] });
  return opened;
}

async function here(settings: Looked, web: Promise<Held>): Promise<Finding[]> {
  const { metricsPort, metricsHost, metricsPortChosen } = settings;
  const metrics = await holds({ port: metricsPort, host: metricsHost, proof: "/metrics impresario_" });
  return [
    { ok: true, what: `Node ${process.versions.node}.` },
    keyed(settings),
    ...(await stored(settings)),
    ...(await bucketed(settings)),
    port("PORT", settings.port, await web),
    port("METRICS_PORT", metricsPort, metrics, metricsPortChosen),
    await ffmpeg(settings),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await runTool((env, tell) => doctor(process.argv.slice(2), env, tell));
