// Where staff are asked, and what needs no asking.
import type { Act } from "../act.ts";
import { choice, command, pick, text, whole, yesNo } from "../command/index.ts";
import { channels } from "../streams/index.ts";
import { view } from "../view/index.ts";
import { type Approval, addApproval, listApprovals, removeApproval } from "./approvals.ts";
import { KINDS } from "./provider.ts";
import { setStaffPlace } from "./review-place.ts";

export const reviewPlace = command({
  name: "review place",
  says: "Ask staff here about every draft",
  role: "staff",
  options: { here: yesNo("Here; no: in no chat", { default: true }) },
  examples: ["review place", "review place here:no"],
  async run({ act, options: { here } }) {
    await setStaffPlace(act, here);
    const words = here
      ? act.say("Drafts are shown here from now on, to be approved, made again or rejected.")
      : act.say("Drafts are told in no chat any more. /review list shows them.");
    return { view: view(words), data: { item: { id: "review place", here } } };
  },
});

const PERCENT = 100;

const wordsOf = (act: Act, { kind, channelName, provider, least }: Approval): string =>
  [
    kind ?? act.say("everything"),
    channelName && act.say("for {channel}", { channel: channelName }),
    provider && act.say("by {provider}", { provider }),
    least > 0 && act.say("with a quality of {least}% or more", { least: Math.round(least * PERCENT) }),
  ]
    .filter(Boolean)
    .join(", ");

export const approvalList = command({
  name: "approval list",
  says: "What is let out without a person looking at it",
  role: "staff",
  reads: true,
  examples: ["approval list"],
  async run({ act }) {
    const rules = await listApprovals(act);
    const data = { items: rules };
    if (rules.length === 0)
      return { view: view(act.say("Nothing is let out by itself: a person decides about every draft.")), data };
    const words = act.say("{count, plural, one {# rule lets} other {# rules let}} things out by themselves.", {
      count: rules.length,
    });
    const items = rules.map((r) => ({ id: r.id, text: wordsOf(act, r), note: r.id }));
    return { view: view(words, { kind: "list", items }), data };
  },
});

export const approvalAdd = command({
  name: "approval add",
  says: "Let things out by themselves: of a kind, for a channel, by a provider, of a quality",
  role: "owner",
  effects: ["publish"],
  options: {
    kind: choice("Of which kind", KINDS).optional(),
    channel: pick(channels, "For which channel").optional(),
    provider: text("By which provider", { max: 40 }).optional(),
    quality: whole("The least quality, in percent", { min: 0, max: PERCENT, default: 0 }),
  },
  examples: ["approval add kind:cover provider:local", "approval add kind:song channel:noir-jazz quality:90"],
  async run({ act, options: { kind, channel, provider, quality } }) {
    const least = quality / PERCENT;
    const id = await addApproval(act, { kind, channel: channel?.id, provider: provider?.toLowerCase(), least });
    const rule = (await listApprovals(act)).find((r) => r.id === id)!;
    return {
      view: view(act.say("Let out by itself from now on: {rule}.", { rule: wordsOf(act, rule) })),
      data: { item: rule },
    };
  },
});

export const approvalRemove = command({
  name: "approval remove",
  says: "Have a person decide again where a rule did",
  role: "staff",
  options: { rule: text("Which rule, by its id", { max: 36 }) },
  async run({ act, options: { rule } }) {
    await removeApproval(act, rule);
    return { view: view(act.say("The rule is gone: a person decides again.")), data: { item: { id: rule } } };
  },
});

export const approvalCommands = [reviewPlace, approvalList, approvalAdd, approvalRemove];
