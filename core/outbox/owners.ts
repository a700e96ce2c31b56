// Owners hear of a place that is closed to us: each in their own chat with us, where one of their accounts has one.
import { rawOf } from "../../db/connect.ts";
import { view } from "../view/index.ts";
import { localeOf, say } from "../words/say.ts";
import { type PlaceKey, post, type Writer } from "./write.ts";

type Reached = { surface: string; tenant: string; account: string; locale: string | null };

/** `unsent`: messages that did not arrive there. What cannot reach an owner is told to nobody else. */
export async function tellOwners(act: Writer, key: PlaceKey, unsent: number): Promise<void> {
  const { surface, tenant, place } = key;
  const raw = rawOf(act.db);
  // The spine asks who the owners are, and no more. An account is within reach where a place of its server, team or bot is
  // still open, or when only one chat of its own was closed: the bot is there still. The chat of an owner that is closed
  // itself is not told of further.
  const owners = await raw<Reached[]>`
    select distinct on (p.id) a.surface, a.tenant, a.external as account, coalesce(p.locale, a.locale, w.locale) as locale
    from person p
    join account a on a.workspace_id = p.workspace_id and a.person_id = p.id
    join workspace w on w.workspace_id = p.workspace_id
    where p.role = 'owner' and p.merged_into is null and p.erased_at is null
      and not exists (select from account s where s.surface = ${surface} and s.external = ${place})
      and ((${place} <> '' and a.surface = ${surface} and a.tenant = ${tenant})
        or exists (select from place o where o.surface = a.surface and o.tenant = a.tenant and o.gone_at is null))
    order by p.id, (a.surface = ${surface}) desc, a.id`;
  if (owners.length === 0) return;
  const [known] = await raw<{ name: string }[]>`
    select name from place where surface = ${surface} and tenant = ${tenant} and external = ${place}`;
  const name = known?.name || place || tenant;
  for (const { locale, account, ...at } of owners) {
    const spoken = localeOf(locale ?? undefined);
    const words = say(
      spoken,
      "I may no longer write in {place} on {surface}; {unsent, plural, =0 {no message was lost} one {# message was lost} other {# messages were lost}}. Let me in again there, or connect it anew with /connect.",
      { place: name, surface, unsent },
    );
    await post(act, {
      place: { ...at, external: account },
      subject: `gone ${surface} ${tenant} ${place}`,
      view: view(words, { kind: "text", text: words, tone: "warn" }),
      hints: { private: true, user: account, locale: spoken },
    });
  }
}
