// `npm run manifest`: what would change at each platform if our commands were registered now, and with --apply the
// change itself. For a platform that has no token here, or takes no commands by token, its manifest is printed.
import { fileURLToPath } from "node:url";
import { called, isLeft } from "../core/registration/index.ts";
import { CannotStart } from "./parts/part.ts";
import { type Env, lookAtSettings, reader, WrongSettings } from "./settings.ts";
import type { Bot, Kit, Step, Surface } from "./surface.ts";
import { allSurfaces } from "./surfaces.ts";
import { inOneLine, runTool, type Tell, toolKit } from "./tools/tool.ts";

const HOW = `npm run manifest                      what would change everywhere; nothing is changed
npm run manifest -- --apply           change it
npm run manifest -- --check           exit code 1 when something would change
npm run manifest [surface]            one platform; without a token its manifest is printed
npm run manifest [surface] -- --print its manifest, token or not`;

const FLAGS = ["apply", "check", "print"] as const;
type Wish = { names: string[] } & Record<(typeof FLAGS)[number], boolean>;

export async function manifest(args: readonly string[], env: Env, tell: Tell, surfaces?: Surface[]): Promise<number> {
  const all = (surfaces ?? (await allSurfaces())).filter((s) => s.manifest);
  const wish = read(args, all);
  const settings = lookAtSettings(env);
  const kit = await toolKit(settings);
  const { read: value, problems } = reader(env);
  const chosen = all
    .filter(({ name }) => wish.names.length === 0 || wish.names.includes(name))
    .map((surface) => ({ surface, own: surface.settings(value) }));
  if (problems.length > 0) throw new WrongSettings(problems);
  let code = 0;
  for (const { surface, own } of chosen) {
    const bot = own === undefined || wish.print ? undefined : await surface.open(own, kit);
    if (bot?.register) {
      code = Math.max(code, await compare(surface, bot, kit, { wish, tell, baseUrl: settings.baseUrl }));
    } else if (wish.names.length > 0) {
      tell(surface.manifest!(kit.commands, { baseUrl: settings.baseUrl }));
    } else {
      const why = bot ? "registers nothing with what is set" : "has no token";
      tell(`${surface.name}: ${why}. Its manifest: npm run manifest ${surface.name}`);
    }
  }
  return code;
}

function read(args: readonly string[], surfaces: readonly Surface[]): Wish {
  const wish: Wish = { names: [], apply: false, check: false, print: false };
  for (const arg of args) {
    const flag = FLAGS.find((f) => arg === `--${f}`);
    if (flag) wish[flag] = true;
    else if (surfaces.some(({ name }) => name === arg)) wish.names.push(arg);
    else throw new CannotStart(`"${arg}" is no surface and no option. Surfaces: ${namesOf(surfaces)}.\n${HOW}`);
  }
  if ([wish.apply, wish.check, wish.print].filter(Boolean).length > 1)
    throw new CannotStart(`Give one of --apply, --check and --print.\n${HOW}`);
  if (wish.print && wish.names.length !== 1)
    throw new CannotStart(`Say whose manifest to print: ${namesOf(surfaces)}.\n${HOW}`);
  return wish;
}

const namesOf = (surfaces: readonly Surface[]) => surfaces.map(({ name }) => name).join(", ");

const SIGN = { add: "+", change: "~", remove: "-", "left out": "!", refused: "!" } as const;

type Job = { wish: Wish; tell: Tell; baseUrl: URL | undefined };

async function compare({ name }: Surface, bot: Bot, { commands }: Kit, { wish, tell, baseUrl }: Job): Promise<number> {
  let steps: Step[];
  try {
    steps = await bot.register!(commands, wish.apply);
  } catch (error) {
    tell(`${name}: its commands could not be asked for. ${inOneLine(error)}`);
    // The doctor's words say what to mend; a platform that is away has said so already.
    for (const { ok, what, mend } of (await bot.examine?.({ baseUrl })) ?? [])
      if (!ok) tell(`  ${what}${mend ? ` ${mend}` : ""}`);
    return 1;
  }
  const changes = steps.filter((step) => !isLeft(step)).length;
  const wrong = steps.filter(isLeft).length;
  if (changes === 0) tell(`${name}: every command is registered as it is now.`);
  else if (wish.apply) tell(`${name}: ${changes} changed.`);
  else tell(`${name}: ${changes} would change. npm run manifest ${name} -- --apply changes them.`);
  for (const step of steps) {
    const { kind, why } = step;
    tell(`  ${SIGN[kind]} ${called(step)}${why ? `: ${kind}. ${why}` : ""}`);
  }
  if (wrong > 0) tell(`  ${wrong} left as they were there. The others are not held up by them.`);
  return wrong > 0 || (wish.check && changes > 0) ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runTool((env, tell) => manifest(process.argv.slice(2), env, tell));
}
