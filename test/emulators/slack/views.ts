// Modals and home pages: opened with a trigger that lives three seconds and works once.
import { wrongInBlocks } from "./blocks.ts";
import { named } from "./chat.ts";
import { plain } from "./elements.ts";
import { Refusal, refuse, refuseIf } from "./refusal.ts";
import { flag, isObject, type Json, list, object, oneOf, problem, string } from "./schema.ts";
import { APP, BOT, type Modal, TEAM, type Values, type World } from "./world.ts";

const TRIGGER_MS = 3_000;
/** "A view can have at most 3 views in its pile." */
const PILE = 3;
const VIEW_BYTES = 250_000;

const common = {
  private_metadata: string({ max: 3000 }),
  callback_id: string({ max: 255 }),
  external_id: string({ max: 255 }),
};
const SHAPES = {
  modal: object(
    { type: oneOf("modal"), title: plain(24), blocks: list(() => undefined) },
    {
      ...common,
      close: plain(24),
      submit: plain(24),
      clear_on_close: flag,
      notify_on_close: flag,
      submit_disabled: flag,
    },
  ),
  home: object({ type: oneOf("home"), blocks: list(() => undefined) }, common),
};

/** A view that Slack would take, else it is refused. */
export function viewOf(world: World, given: unknown, kind: "modal" | "home"): Json {
  let view = given;
  if (typeof given === "string") {
    try {
      view = JSON.parse(given);
    } catch (error) {
      if (error instanceof SyntaxError) refuse("invalid_json");
      throw error;
    }
  }
  const problems: string[] = [];
  SHAPES[kind](view, "/view", problems);
  if (isObject(view) && Array.isArray(view.blocks)) {
    problems.push(...wrongInBlocks(view.blocks, kind, "/view/blocks"));
    if (kind === "modal" && view.submit === undefined && view.blocks.some((b) => isObject(b) && b.type === "input"))
      problem(problems, "missing required field: submit", "/view");
  }
  refuseIf(problems, "invalid_arguments");
  if (Buffer.byteLength(JSON.stringify(view)) > VIEW_BYTES) refuse("view_too_large");
  return { ...(view as Json), blocks: named(world, (view as Json).blocks as Json[]) };
}

export function use(world: World, params: Json): string {
  const trigger = world.triggers.get(String(params.trigger_id ?? ""));
  if (!trigger) refuse("invalid_trigger_id");
  if (trigger.used) refuse("exchanged_trigger_id");
  if (world.now() - trigger.at > TRIGGER_MS) refuse("expired_trigger_id");
  trigger.used = true;
  return trigger.user;
}

const hash = (world: World) => `${Math.floor(world.now() / 1000)}.${world.nextId("h")}`;
const external = (view: Json) => (view.external_id ? { external: String(view.external_id) } : {});

export function openModal(world: World, user: string, view: Json, previous?: Modal): Modal {
  const id = world.nextId("V");
  const modal: Modal = { id, hash: hash(world), user, view, ...(previous ? { previous } : {}), ...external(view) };
  world.modals.set(user, modal);
  world.values.set(id, initialValues(view.blocks as Json[]));
  return modal;
}

export function changeModal(world: World, modal: Modal, view: Json): void {
  Object.assign(modal, { view, hash: hash(world) }, external(view));
  // What was typed stays where block and element keep their names.
  const before = world.values.get(modal.id) ?? {};
  const after = initialValues(view.blocks as Json[]);
  for (const [block, actions] of Object.entries(after))
    for (const action of Object.keys(actions)) {
      const kept = before[block]?.[action];
      if (kept) actions[action] = kept;
    }
  world.values.set(modal.id, after);
}

export const pileOf = (top: Modal | undefined): Modal[] => (top ? [top, ...pileOf(top.previous)] : []);

export function initialValues(blocks: Json[]): Values {
  const values: Values = {};
  for (const one of blocks) {
    const elements = [one.element, one.accessory, ...((one.elements as Json[]) ?? [])].filter(isObject);
    for (const element of elements) {
      const value = heldBy(element);
      if (!value) continue;
      values[String(one.block_id)] = { ...values[String(one.block_id)], [String(element.action_id)]: value };
    }
  }
  return values;
}

/** What an element holds before anybody touched it; undefined: it holds nothing. */
export function heldBy(element: Json): Json | undefined {
  const type = String(element.type);
  const or = (name: string, value: unknown) => ({ type, [name]: value ?? null });
  if (/text_input$|^number_input$/.test(type)) return or("value", element.initial_value);
  if (type === "rich_text_input") return or("rich_text_value", element.initial_value);
  if (type === "file_input") return { type, files: [] };
  if (type === "checkboxes" || /^multi_(static|external)_select$/.test(type))
    return { type, selected_options: element.initial_options ?? [] };
  if (type === "radio_buttons" || /^(static|external)_select$/.test(type))
    return or("selected_option", element.initial_option);
  if (type === "datepicker") return or("selected_date", element.initial_date);
  if (type === "timepicker") return or("selected_time", element.initial_time);
  if (type === "datetimepicker") return or("selected_date_time", element.initial_date_time);
  const what = /^(multi_)?(user|channel|conversation)s_select$/.exec(type);
  if (!what) return undefined;
  return what[1]
    ? { type, [`selected_${what[2]}s`]: element[`initial_${what[2]}s`] ?? [] }
    : or(`selected_${what[2]}`, element[`initial_${what[2]}`]);
}

/** A modal as the app is told about it. */
export const told = (world: World, modal: Modal): Json => ({
  id: modal.id,
  team_id: TEAM.id,
  app_id: APP,
  app_installed_team_id: TEAM.id,
  bot_id: BOT.id,
  callback_id: "",
  private_metadata: "",
  title: null,
  close: null,
  submit: null,
  clear_on_close: false,
  notify_on_close: false,
  external_id: "",
  ...modal.view,
  state: { values: world.values.get(modal.id) ?? {} },
  hash: modal.hash,
  root_view_id: pileOf(modal).at(-1)!.id,
  previous_view_id: modal.previous?.id ?? null,
});

function known(world: World, params: Json): Modal {
  const all = [...world.modals.values()].flatMap(pileOf).concat([...world.homes.values()]);
  const found = all.find((m) => (params.view_id ? m.id === params.view_id : m.external === params.external_id));
  if (!found) refuse("not_found");
  if (params.hash !== undefined && params.hash !== found.hash) refuse("hash_conflict");
  return found;
}

const taken = (world: World, view: Json) => {
  const id = view.external_id;
  if (id && [...world.modals.values()].flatMap(pileOf).some((m) => m.external === id)) refuse("duplicate_external_id");
};

type Method = (world: World, params: Json) => Json;
export const VIEWS: Record<string, Method> = {
  "views.open": (world, params) => {
    const view = viewOf(world, params.view, "modal");
    const user = use(world, params);
    taken(world, view);
    return { view: told(world, openModal(world, user, view)) };
  },
  "views.push": (world, params) => {
    const view = viewOf(world, params.view, "modal");
    const user = use(world, params);
    const top = world.modals.get(user);
    if (!top) refuse("not_found");
    if (pileOf(top).length >= PILE) refuse("push_limit_reached");
    taken(world, view);
    return { view: told(world, openModal(world, user, view, top)) };
  },
  "views.update": (world, params) => {
    const modal = known(world, params);
    changeModal(world, modal, viewOf(world, params.view, modal.view.type === "home" ? "home" : "modal"));
    return { view: told(world, modal) };
  },
  "views.publish": (world, params) => {
    const user = String(params.user_id ?? "");
    if (!world.users.has(user)) throw new Refusal("user_not_found");
    const view = viewOf(world, params.view, "home");
    const before = world.homes.get(user);
    if (before && params.hash !== undefined && params.hash !== before.hash) refuse("hash_conflict");
    const home: Modal = { id: before?.id ?? world.nextId("V"), hash: hash(world), user, view };
    world.homes.set(user, home);
    world.values.set(home.id, initialValues(view.blocks as Json[]));
    return { view: told(world, home) };
  },
};
