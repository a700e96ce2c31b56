// Who somebody is at Slack: name, language, user groups. Looked up once in a while, and never waited for long.
import type { Envelope } from "../../core/inbox/index.ts";
import { within } from "../../core/within.ts";
import type { Kit } from "../surface.ts";
import type { Api } from "./api.ts";
import { list, obj, str } from "./json.ts";

export type Person = { name?: string; locale?: string; roles: string[] };
export type People = {
  look(tenant: string, user: string): Promise<Person>;
  /** Somebody changed a user group. */
  forgetGroups(): void;
};

const PERSON_MS = 3600_000;
const GROUPS_MS = 60_000;
/** Slack's answer may be this late: then it counts for the next message. Roles that we do not know are not given. */
const PATIENCE_MS = 400;
const MOST = 5_000;
/** users.info is of tier 4, "100+ per minute" for a whole team: a crowd of new people leaves some of it to others. */
const ASKED = { limit: 60, per: 60_000 };

type Known = { until: number; person: Promise<Omit<Person, "roles">> };
type Groups = { until: number; of: Promise<ReadonlyMap<string, string[]>> };

export function openPeople(api: Api, log: Kit["log"], now = () => performance.now()): People {
  const known = new Map<string, Known>();
  const groups = new Map<string, Groups>();
  const asked: number[] = [];

  /** Whether Slack may be asked for one more: who is not known counts with what their message said of them. */
  function mayAsk(): boolean {
    const at = now();
    while (asked[0] !== undefined && asked[0] <= at - ASKED.per) asked.shift();
    return asked.length < ASKED.limit && asked.push(at) > 0;
  }

  function personOf(user: string): Known["person"] {
    const before = known.get(user);
    if (before && before.until > now()) return before.person;
    if (!mayAsk()) return before?.person ?? Promise.resolve({});
    known.delete(user);
    if (known.size >= MOST) known.delete(known.keys().next().value!);
    const person = api.call("users.info", { user, include_locale: true }).then((answer) => {
      const { profile, real_name: real, locale } = obj(answer.user);
      const name = str(obj(profile).display_name) || str(obj(profile).real_name) || str(real);
      return { ...(name ? { name } : {}), ...(str(locale) ? { locale: str(locale) } : {}) };
    });
    return kept(known, user, { until: now() + PERSON_MS, person }, person);
  }

  function groupsOf(tenant: string): Groups["of"] {
    const before = groups.get(tenant);
    if (before && before.until > now()) return before.of;
    const of = api.call("usergroups.list", { include_users: true }).then((answer) => {
      const found = new Map<string, string[]>();
      for (const group of list(answer.usergroups)) {
        if (typeof group.date_delete === "number" && group.date_delete > 0) continue;
        for (const user of Array.isArray(group.users) ? group.users : [])
          found.set(str(user), [...(found.get(str(user)) ?? []), str(group.id)]);
      }
      return found;
    });
    return kept(groups, tenant, { until: now() + GROUPS_MS, of }, of);
  }

  /** What failed is asked again soon, but not by every message. */
  function kept<V extends { until: number }, T>(
    map: Map<string, V>,
    key: string,
    entry: V,
    work: Promise<T>,
  ): Promise<T> {
    map.set(key, entry);
    work.catch((err: unknown) => {
      log.debug({ err, key }, "Slack did not say who somebody is");
      entry.until = Math.min(entry.until, now() + 10_000);
    });
    return work;
  }

  return {
    async look(tenant, user) {
      const [person, mine] = await Promise.all([
        soon(personOf(user), {}),
        soon(groupsOf(tenant), new Map<string, string[]>()),
      ]);
      return { ...person, roles: mine.get(user) ?? [] };
    },
    forgetGroups: () => groups.clear(),
  };
}

const soon = <T>(work: Promise<T>, otherwise: T): Promise<T> =>
  within(
    PATIENCE_MS,
    work.catch(() => otherwise),
    () => otherwise,
  );

/** With what Slack knows of who speaks. */
export function introduced(envelope: Envelope, { name, locale, roles }: Person): Envelope {
  return {
    ...envelope,
    account: {
      ...envelope.account,
      ...(name ? { name } : {}),
      ...(locale ? { locale } : {}),
      ...(roles.length > 0 ? { roles } : {}),
    },
    hints: { ...envelope.hints, ...(locale ? { locale } : {}) },
  };
}
