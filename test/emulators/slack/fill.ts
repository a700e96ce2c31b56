// What a person leaves in an element: text, a choice, several. And what the app offers in a menu of its own.
import type { Taken } from "./deliver.ts";
import { suggested, suggestedGroup } from "./elements.ts";
import { isObject, type Json, list } from "./schema.ts";
import type { World } from "./world.ts";

export type Given = string | string[] | number;
type Option = { text: { text: string }; value: string };

/** The value of an element, as Slack tells it. `known`: what the app offered last. */
export function filled(element: Json, given: Given, known: Option[] = []): Json {
  const type = String(element.type);
  const options = [
    ...((element.options as Option[]) ?? []),
    ...((element.option_groups as { options: Option[] }[]) ?? []).flatMap((g) => g.options),
    ...known,
  ];
  const option = (wanted: unknown) => {
    const found = options.find((o) => o.text.text === wanted || o.value === wanted);
    if (!found)
      throw new Error(`"${String(wanted)}" is not offered; offered: ${options.map((o) => o.text.text).join(", ")}`);
    return found;
  };
  const all = Array.isArray(given) ? given : [String(given)];
  if (/text_input$|^number_input$/.test(type)) return { type, value: String(given) };
  if (type === "checkboxes" || /^multi_(static|external)_select$/.test(type))
    return { type, selected_options: all.map(option) };
  if (type === "radio_buttons" || type === "overflow" || /^(static|external)_select$/.test(type))
    return { type, selected_option: option(given) };
  if (type === "datepicker") return { type, selected_date: given };
  if (type === "timepicker") return { type, selected_time: given };
  if (type === "datetimepicker") return { type, selected_date_time: Number(given) };
  const what = /^(multi_)?(user|channel|conversation)s_select$/.exec(type);
  if (what) return what[1] ? { type, [`selected_${what[2]}s`]: all } : { type, [`selected_${what[2]}`]: given };
  throw new Error(`Nothing can be left in a ${type}.`);
}

export function touch(world: World, key: string, block: Json, element: Json, value: Json): void {
  const values = world.values.get(key) ?? {};
  const id = String(block.block_id);
  world.values.set(key, { ...values, [id]: { ...values[id], [String(element.action_id)]: value } });
}

/** What was offered, kept so that one of it can be chosen. Slack shows nothing of an answer that is not right. */
export function offers(world: World, key: string, taken: Taken): { label: string; value: string }[] {
  if (!taken.ok || !isObject(taken.body)) return [];
  const problems: string[] = [];
  const { options, option_groups } = taken.body;
  if (options !== undefined) list(suggested, { max: 100 })(options, "/options", problems);
  if (option_groups !== undefined) list(suggestedGroup, { max: 100 })(option_groups, "/option_groups", problems);
  if (problems.length > 0) {
    world.wrong.push(...problems);
    return [];
  }
  const all = [
    ...((options as Option[]) ?? []),
    ...((option_groups as { options: Option[] }[]) ?? []).flatMap((g) => g.options),
  ];
  world.values.set(`${key}/offers`, all as never);
  return all.map(({ text, value }) => ({ label: text.text, value }));
}
