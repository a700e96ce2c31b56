// Who can make what here, how they do, and who is switched off.
import { rawOf } from "../../db/connect.ts";
import type { Act } from "../act.ts";
import { command, type Entity, near, pick } from "../command/index.ts";
import { view } from "../view/index.ts";
import { readSwitches } from "./desk.ts";
import { closeBreaker } from "./health.ts";
import type { Provider } from "./provider.ts";

const providers: Entity<Provider> = {
  name: "provider",
  async find(act, raw) {
    const wanted = raw.toLowerCase();
    return (act as Act).providers.find((p) => p.slug === wanted || p.name.toLowerCase() === wanted);
  },
  async search(act, typed) {
    const all = (act as Act).providers;
    const wanted = typed.toLowerCase();
    const fits = all.filter((p) => p.slug.includes(wanted) || p.name.toLowerCase().includes(wanted));
    return (fits.length > 0 ? fits : near(all, wanted, (p) => [p.slug])).map((p) => ({ value: p.slug, label: p.name }));
  },
};

type Known = { provider: string; wins: number; losses: number; open: boolean; forever: boolean; reason: string | null };

async function listed(act: Act) {
  const [switches, known] = await Promise.all([
    readSwitches(act),
    rawOf(act.db)<Known[]>`
      select provider, sum(wins - 1)::float8 as wins, sum(losses)::float8 as losses,
        bool_or(state = 'open' and (open_until is null or open_until > ${act.now.toISOString()})) as open,
        bool_or(state = 'open' and open_until is null) as forever, max(reason) as reason
      from provider_health group by provider`,
  ]);
  return act.providers.map((p) => {
    const health = known.find((k) => k.provider === p.slug);
    const enabled = switches.get(p.slug) ?? !p.optIn;
    const state = !enabled ? "off" : health?.forever ? "stopped" : health?.open ? "resting" : "ready";
    return {
      id: p.slug,
      name: p.name,
      kinds: [...new Set(p.capabilities.map((c) => c.kind))],
      models: [...new Set(p.capabilities.map((c) => c.model))],
      state,
      enabled,
      reason: health?.open ? health.reason : null,
      rights: p.capabilities[0]?.rights ?? null,
    };
  });
}

export const providerList = command({
  name: "provider list",
  says: "Who makes what here, and how they do",
  role: "staff",
  reads: true,
  examples: ["provider list"],
  async run({ act }) {
    const items = await listed(act);
    const columns = [{ label: act.say("Provider") }, { label: act.say("Makes") }, { label: act.say("State") }];
    const rows = items.map((p) => [
      p.name,
      p.kinds.map((k) => k.replace("_", " ")).join(", "),
      act.say(`provider:${p.state}`),
    ]);
    const ready = items.filter((p) => p.state === "ready").length;
    const words = act.say("{count, plural, one {# provider is} other {# providers are}} ready.", { count: ready });
    return { view: view(words, { kind: "table", columns, rows }), data: { items } };
  },
});

async function turn(act: Act, provider: Provider, enabled: boolean) {
  await rawOf(act.db)`
    insert into provider_switch (workspace_id, provider, enabled, set_by, set_at)
    values (${act.workspace.id}, ${provider.slug}, ${enabled}, ${act.person.id}, ${act.now.toISOString()})
    on conflict (workspace_id, provider) do update set enabled = excluded.enabled, set_by = excluded.set_by, set_at = excluded.set_at`;
  // Whoever enables it says that the key or the account was mended.
  if (enabled) await closeBreaker(act.db, provider.slug);
  act.changed({ what: "provider", id: provider.slug, to: enabled ? "on" : "off" });
  const items = await listed(act);
  const words = enabled
    ? act.say("{provider} is on.", { provider: provider.name })
    : act.say("{provider} is off here. What it makes already will be finished.", { provider: provider.name });
  return { view: view(words), data: { item: items.find((i) => i.id === provider.slug) } };
}

export const providerEnable = command({
  name: "provider enable",
  says: "Switch a provider on, also after its key was mended",
  role: "staff",
  options: { provider: pick(providers, "Which provider") },
  examples: ["provider enable suno"],
  run: ({ act, options: { provider } }) => turn(act, provider, true),
});

export const providerDisable = command({
  name: "provider disable",
  says: "Switch a provider off for this workspace",
  role: "staff",
  options: { provider: pick(providers, "Which provider") },
  examples: ["provider disable suno"],
  run: ({ act, options: { provider } }) => turn(act, provider, false),
});

export const providerCommands = [providerList, providerEnable, providerDisable];
