// Makes a workspace a business: loads a blueprint, or adds what is missing of it. What a person changed stays.
import { rawOf } from "../../db/connect.ts";
import { type Act, eventKind } from "../act.ts";
import { BLUEPRINT_NAMES, type Blueprint, type BlueprintName, blueprints } from "../blueprints/index.ts";
import { choice, command, text } from "../command/index.ts";
import { fillPlan } from "../metrics/index.ts";
import { refuse } from "../problem.ts";
import { fillChannels } from "../streams/index.ts";
import { type Button, type View, view } from "../view/index.ts";

export const workspaceSetup = eventKind<{ blueprint: string; created: Record<string, number> }>("workspace.setup");

export type Created = { channels: number } & Awaited<ReturnType<typeof fillPlan>>;
/** The parts of `act` that loading needs, so that a workspace just made can be filled too. */
export type Loading = Pick<Act, "db" | "workspace" | "now" | "newId">;

type Before = { blueprint: string | null; name: string; currency: string; zone: string; locale: string };

/**
 * Takes the workspace for this blueprint in one statement: it must be bare, or of this blueprint already. Currency,
 * zone and language come with the first blueprint only, and never instead of what somebody chose. Undefined when
 * the workspace is another business.
 */
async function take(at: Loading, { slug, currency, zone, locale }: Blueprint, name?: string) {
  const bare = slug === "empty";
  const rows = await rawOf(at.db)<(Before & { first: boolean })[]>`
    with before as (
      select workspace_id, blueprint, name, currency, zone, locale,
        (blueprint is null or blueprint = 'empty') and not ${bare} as first
      from workspace where workspace_id = ${at.workspace.id} for update
    )
    update workspace w set blueprint = ${slug}, name = coalesce(${name ?? null}, b.name),
      currency = case when b.first and b.currency = 'USD' then ${currency} else b.currency end,
      zone = case when b.first and b.zone = 'UTC' then ${zone} else b.zone end,
      locale = case when b.first and b.locale = 'en' then ${locale} else b.locale end
    from before b
    where w.workspace_id = b.workspace_id and (b.blueprint is null or b.blueprint in ('empty', ${slug}))
    returning b.blueprint, b.name, b.currency, b.zone, b.locale, b.first`;
  return rows[0];
}

/** Loads a blueprint into the workspace that the transaction is in. Undefined when it is another business already. */
export async function loadBlueprint(
  at: Loading,
  which: BlueprintName,
  name?: string,
): Promise<{ before: Before; created: Created } | undefined> {
  const blueprint = blueprints[which];
  const before = await take(at, blueprint, name);
  if (!before) return undefined;
  return { before, created: { channels: await fillChannels(at, blueprint), ...(await fillPlan(at, blueprint)) } };
}

export const setup = command({
  name: "setup",
  says: "Make this workspace a business: channels, stages, targets, budgets, alerts",
  role: "owner",
  options: {
    blueprint: choice("Which business to start from", BLUEPRINT_NAMES),
    name: text("What to call it", { max: 80 }).optional(),
  },
  examples: ["setup blueprint:streams", 'setup blueprint:radio name:"Night Radio"'],
  async run({ options, act }) {
    const loaded = await loadBlueprint(act, options.blueprint, options.name);
    if (!loaded) throw await another(act);
    const { before, created } = loaded;
    const news = Object.values(created).some((n) => n > 0);
    const name = options.name ?? before.name;
    const renamed = before.blueprint !== options.blueprint || before.name !== name;
    if (renamed)
      act.changed({
        what: "workspace",
        id: act.workspace.id,
        from: { blueprint: before.blueprint, name: before.name },
        to: { blueprint: options.blueprint, name },
      });
    if (news) act.changed({ what: "blueprint", id: options.blueprint, to: created });
    if (news || renamed) await act.emit(workspaceSetup, { blueprint: options.blueprint, created }, act.workspace.id);
    return {
      view: card(act, blueprints[options.blueprint], name, created),
      data: { item: { id: act.workspace.id, blueprint: options.blueprint, name, created } },
    };
  },
});

async function another(act: Act) {
  const [row] = await rawOf(act.db)<{ blueprint: BlueprintName }[]>`select blueprint from workspace`;
  return refuse(
    "clash",
    "{workspace} is set up as {blueprint} already. Another business wants a workspace of its own: /workspace create.",
    { workspace: act.workspace.name, blueprint: kindOf(act, row?.blueprint ?? "empty") },
  );
}

function kindOf(act: Act, blueprint: BlueprintName): string {
  const words: Record<BlueprintName, string> = {
    streams: act.say("music streams"),
    studio: act.say("a video studio"),
    radio: act.say("a radio"),
    saas: act.say("a software service"),
    artists: act.say("a platform for artists"),
    empty: act.say("an empty business"),
  };
  return words[blueprint];
}

function card(act: Act, blueprint: Blueprint, name: string, created: Created): View {
  const counted: [label: string, now: number, value: string][] = [
    [act.say("Channels"), created.channels, `${created.channels}`],
    [
      act.say("Stages"),
      created.stages,
      act.say("{stages}, with {gates, plural, one {# gate} other {# gates}}", {
        stages: created.stages,
        gates: created.gates,
      }),
    ],
    [
      act.say("Checklist"),
      created.checklist,
      act.say("{count, plural, one {# item} other {# items}}", { count: created.checklist }),
    ],
    [act.say("Targets"), created.targets, `${created.targets}`],
    [act.say("Budgets and terms"), created.budgets + created.terms, `${created.budgets + created.terms}`],
    [act.say("Alert rules"), created.rules, `${created.rules}`],
  ];
  const fields = counted.filter(([, now]) => now > 0).map(([label, , value]) => ({ label, value }));
  const stages = blueprint.stages.length > 0;
  const channels = blueprint.channels.length > 0;
  const go = (label: string, to: string, style: Button["style"] = "plain"): Button => ({
    label,
    style,
    press: { command: to, uses: "many", audience: "asker" },
  });
  const buttons = [
    ...(channels ? [go(act.say("See the channels"), "channel list", "primary")] : []),
    ...(stages ? [go(act.say("See stage 1"), "stage show", channels ? "plain" : "primary")] : []),
    go(act.say("Connect a chat"), "connect"),
    go(act.say("Help"), "help"),
  ];
  const done = fields.length > 0;
  return view(
    done
      ? act.say("{name} is set up as {blueprint}.", { name, blueprint: kindOf(act, blueprint.slug) })
      : act.say("Nothing was missing: {name} is set up already.", { name }),
    ...(done ? [{ kind: "fields" as const, fields }] : []),
    {
      kind: "text",
      tone: "soft",
      text: stages
        ? act.say("Next: look at what stage 1 asks for, then connect a chat so that people can join in.")
        : act.say("Next: connect a chat, then add what your business needs. Help shows what there is."),
    },
    { kind: "buttons", buttons },
  );
}
