// What the doctor looks at between us and others: the databases, the public address, each platform and its clock.
import { hideSecrets } from "../../core/observe/index.ts";
import { called, isLeft } from "../../core/registration/index.ts";
import { isMade, lookAtDatabases, type Sight } from "../../db/look.ts";
import { Trouble } from "../../db/trouble.ts";
import type { Looked } from "../settings.ts";
import type { Bot, Finding, Kit, Surface } from "../surface.ts";
import { keptKeyOf } from "./place.ts";
import { inOneLine } from "./tool.ts";

/** A clock that is kept is off by less than a second; a Date header tells whole ones. Signatures live five minutes. */
const SKEW_MS = 30_000;
const PATIENCE_MS = 8_000;

type Now = () => Date;

export async function databases(settings: Looked, { sources, log }: Kit): Promise<Finding[]> {
  if (!settings.databaseUrl && !isMade(settings.dataDir))
    return [{ ok: true, what: "The database is made at the first start, in DATA_DIR." }];
  try {
    const key = settings.secretKey ?? keptKeyOf(settings);
    const seen = await lookAtDatabases({ ...settings, secretKey: key, log });
    return seen.flatMap((one) => (one instanceof Trouble ? [troubled(one)] : tell(one, settings, sources.now)));
  } catch (error) {
    if (error instanceof Trouble) return [troubled(error)];
    throw error;
  }
}

/** Trouble says in one text what is so and then what to do. */
function troubled({ message }: Trouble): Finding {
  const end = message.indexOf(". ");
  return end < 0
    ? { ok: false, what: message }
    : { ok: false, what: message.slice(0, end + 1), mend: message.slice(end + 2) };
}

function tell({ name, version, waiting, newer, now, login }: Sight, { databaseUrl }: Looked, ours: Now): Finding[] {
  const which = databaseUrl ? `PostgreSQL ${version} (${name})` : `Our own PostgreSQL ${version}`;
  const findings: Finding[] = [{ ok: true, what: `${which} answers.` }];
  if (newer > 0)
    findings.push({ ok: false, what: `A newer version has worked with this database.`, mend: "Start that one here." });
  else if (waiting > 0) findings.push({ ok: true, what: `${waiting} changes of its tables wait for the next start.` });
  if (login === "another key")
    findings.push({
      ok: false,
      what: "The app cannot log in: the database was used with another SECRET_KEY.",
      mend: "Set the SECRET_KEY of before. If it is lost, a start makes the login anew, and what it sealed stays closed.",
    });
  findings.push(...skew(now, ours(), "the database"));
  return findings;
}

function skew(theirs: Date, ours: Date, whose: string): Finding[] {
  const apart = ours.getTime() - theirs.getTime();
  if (Math.abs(apart) <= SKEW_MS) return [];
  const seconds = Math.round(Math.abs(apart) / 1000);
  return [
    {
      ok: false,
      what: `This machine's clock is ${seconds} s ${apart > 0 ? "ahead of" : "behind"} that of ${whose}.`,
      mend: "Let the system set it (NTP): signed messages that seem older than five minutes are refused.",
    },
  ];
}

/** The time there, from the answer to anybody. An error is an answer too; it has the header. */
export async function clock(name: string, address: string, now: Now): Promise<Finding[]> {
  const before = now().getTime();
  let date: string | null;
  try {
    const answer = await fetch(address, { redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.body?.cancel();
    date = answer.headers.get("date");
  } catch (error) {
    const mend = "Look at the network, at a proxy or firewall, and at the platform's status page.";
    return [{ ok: false, what: `${new URL(address).host} cannot be reached: ${inOneLine(error)}.`, mend }];
  }
  const theirs = new Date(date ?? Number.NaN);
  if (Number.isNaN(theirs.getTime())) return [];
  // Half a second on: the header leaves out the rest of its second.
  const middle = new Date((before + now().getTime()) / 2 - 500);
  const apart = skew(theirs, middle, name);
  return apart.length > 0 ? apart : [{ ok: true, what: "The clocks agree." }];
}

export type Opened = { surface: Surface; settings: unknown; bot: Bot };

export async function platform({ surface, settings, bot }: Opened, kit: Kit, { baseUrl }: Looked): Promise<Finding[]> {
  const examined = (await bot.examine?.({ baseUrl })) ?? [];
  const address = surface.address?.(settings);
  const findings = [...examined, ...(address ? await clock(surface.name, address, kit.sources.now) : [])];
  if (!baseUrl && bot.hook && !bot.listen)
    findings.push({ ok: false, what: "It is heard by webhook only, and BASE_URL is not set.", mend: "Set BASE_URL." });
  if (bot.register && findings.every(({ ok }) => ok)) findings.push(...(await registered(surface.name, bot, kit)));
  return findings;
}

async function registered(name: string, bot: Bot, { commands }: Kit): Promise<Finding[]> {
  try {
    const steps = await bot.register!(commands, false);
    const changes = steps.filter((step) => !isLeft(step)).length;
    return [
      changes === 0
        ? { ok: true, what: "Its commands are registered." }
        : {
            ok: false,
            what: `${changes} of its commands are not registered as they are now.`,
            mend: `npm run manifest ${name} -- --apply`,
          },
      ...steps.filter(isLeft).map((step) => ({
        ok: false,
        what: `${called(step)} cannot be registered. ${step.why ?? ""}`.trim(),
      })),
    ];
  } catch (error) {
    return [{ ok: false, what: `Its commands could not be asked for: ${inOneLine(error)}.`, mend: "Try again later." }];
  }
}

/** The public address leads to us, and each webhook is there and turns a stranger away. */
export async function address({ baseUrl }: Looked, hooked: readonly string[], running: boolean): Promise<Finding[]> {
  if (!baseUrl) return [{ ok: true, what: "BASE_URL is not set: links lead to this machine, and nobody calls us." }];
  const findings: Finding[] = [];
  if (baseUrl.protocol !== "https:" && hooked.length > 0)
    findings.push({
      ok: false,
      what: "BASE_URL is not https, and platforms call only such.",
      mend: "Give it a certificate.",
    });
  const health = await ask(new URL("/healthz", baseUrl), "GET");
  if (health.text?.includes('"status":"ok"') !== true) {
    const what = `${baseUrl.origin} ${running ? "does not lead to us" : "does not answer as we do"}: ${health.why}.`;
    const mend = running
      ? "Lead it to this machine and PORT (DNS, proxy, firewall), or correct BASE_URL."
      : "Start (npm start) and look again; if it stays so, correct BASE_URL.";
    return [...findings, { ok: false, what, mend }];
  }
  findings.push({ ok: true, what: `${baseUrl.origin} leads to us.` });
  for (const name of hooked) {
    const { status, why } = await ask(new URL(`/hooks/${name}`, baseUrl), "POST");
    if (status !== undefined && status >= 400 && status < 500 && status !== 404)
      findings.push({ ok: true, what: `${baseUrl.origin}/hooks/${name} turns strangers away.` });
    else
      findings.push({
        ok: false,
        what: `${baseUrl.origin}/hooks/${name} does not take messages: ${why}.`,
        mend: "Set the same variables where the web part runs, and start it again.",
      });
  }
  return findings;
}

async function ask(url: URL, method: string): Promise<{ status?: number; text?: string; why: string }> {
  try {
    const answer = await fetch(url, { method, redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) });
    return { status: answer.status, text: (await answer.text()).slice(0, 1_000), why: `it answers ${answer.status}` };
  } catch (error) {
    return { why: hideSecrets(inOneLine(error)) };
  }
}
