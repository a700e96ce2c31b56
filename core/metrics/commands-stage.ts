import { command, pick, whole, yesNo } from "../command/index.ts";
import { view } from "../view/index.ts";
import { check, checkables, stillOpen } from "./check.ts";
import { readStage, staircase } from "./stage.ts";
import { stageView, tickButton } from "./stage-view.ts";

const utc = (at: string | null) => (at === null ? null : new Date(at).toISOString());

export const stageShow = command({
  name: "stage show",
  says: "Where the plan stands: costs, targets, gates, checklist, risks, choices",
  role: "staff",
  reads: true,
  options: { stage: whole("Which stage; the one you are in if none is given", { min: 1, max: 100 }).optional() },
  examples: ["stage show", "stage show stage:2"],
  async run({ act, options }) {
    const [stage, steps] = [await readStage(act, options.stage), await staircase(act)];
    const gates = stage.gates.map(({ signed_at, ...gate }) => ({
      ...gate,
      state: gate.metric !== null ? "later" : signed_at === null ? "waits" : "signed",
      signed_at: utc(signed_at),
    }));
    const checklist = stage.checklist.map(({ done_at, ...item }) => ({
      ...item,
      done: done_at !== null,
      done_at: utc(done_at),
    }));
    return { view: stageView(act, stage, steps), data: { item: { ...stage, gates, checklist } } };
  },
});

export const stageCheck = command({
  name: "stage check",
  says: "Tick what is done on the stage's checklist, or sign a gate",
  role: "staff",
  options: {
    item: pick(checkables, "What is done"),
    done: yesNo("No takes the tick away again", { default: true }),
  },
  examples: ["stage check buy-server", "stage check feedback done:no"],
  async run({ act, options: { item, done } }) {
    const changed = await check(act, item, done);
    const open = await stillOpen(act);
    const words = changed
      ? done
        ? act.say(
            "Done: {says}. {count, plural, =0 {Nothing is left} one {# item is left} other {# items are left}}.",
            {
              says: item.says,
              count: open.length,
            },
          )
        : act.say("Open again: {says}.", { says: item.says })
      : done
        ? act.say("“{says}” was done already.", { says: item.says })
        : act.say("“{says}” was open already.", { says: item.says });
    const next = open.find((step) => step.id !== item.id);
    return {
      view: view(words, {
        kind: "buttons",
        buttons: [
          ...(done && next ? [tickButton(act, next)] : []),
          { label: act.say("See the stage"), press: { command: "stage show", uses: "many" } },
        ],
      }),
      data: {
        item: {
          id: item.id,
          slug: item.slug,
          stage: item.stage,
          kind: item.kind,
          done,
          changed,
          done_at: changed ? (done ? act.now.toISOString() : null) : utc(item.done_at),
        },
      },
    };
  },
});
