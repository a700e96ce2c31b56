// What stands inside blocks: text, options, buttons, menus, inputs. The numbers are those of Slack's reference of Block
// Kit (docs.slack.dev/reference/block-kit), repeated in the comments of @slack/types.
import type { ActionsBlockElement, InputBlockElement, SectionBlockAccessory } from "@slack/types";
import {
  anything,
  both,
  flag,
  isObject,
  kinds,
  list,
  number,
  object,
  oneOf,
  problem,
  type Rule,
  string,
  whole,
} from "./schema.ts";

/** A text object: "minimum length is 1 and maximum length is 3000 characters". */
const TEXT = 3000;
/** "Maximum length for this field is 255 characters." */
export const ID = 255;

export const plain = (max = TEXT, min = 1): Rule =>
  object({ type: oneOf("plain_text"), text: string({ min, max }) }, { emoji: flag });
export const marked = (max = TEXT): Rule =>
  object({ type: oneOf("mrkdwn"), text: string({ min: 1, max }) }, { verbatim: flag });
export const text = (max = TEXT): Rule => kinds(() => ({ plain_text: plain(max), mrkdwn: marked(max) }));
export const url = (max = TEXT): Rule => string({ min: 1, max, like: /^https?:\/\/[^\s]+$/ });
export const file: Rule = (value, at, problems) => {
  object({}, { id: string({ min: 1 }), url: url() })(value, at, problems);
  if (isObject(value) && (value.id === undefined) === (value.url === undefined))
    problem(problems, "must provide either id or url", at);
};

const type = (name: string) => ({ type: oneOf(name) });
const acts = { action_id: string({ max: ID }) };
const confirm = {
  confirm: object(
    { text: text(300) },
    { title: plain(100), confirm: plain(30), deny: plain(30), style: oneOf("primary", "danger") },
  ),
};
const focus = { focus_on_load: flag };
const placeholder = { placeholder: plain(150) };
const dispatch = {
  dispatch_action_config: object(
    {},
    { trigger_actions_on: list(oneOf("on_enter_pressed", "on_character_entered"), { min: 1 }) },
  ),
};

/** `value`: 75 characters by the reference of options; 150 is what the API takes in menus. */
const option = (words: Rule): Rule =>
  object({ text: words, value: string({ max: 150 }) }, { description: text(75), url: url() });
const pick = option(plain(75));
const mark = option(text(75));
const group = object({ label: plain(75), options: list(pick, { max: 100 }) });
const choices: Rule = (value, at, problems) => {
  if (!isObject(value)) return;
  if ((value.options === undefined) === (value.option_groups === undefined))
    problem(problems, "must provide exactly one of: options, option_groups", at);
};
const offered = { options: list(pick, { min: 1, max: 100 }), option_groups: list(group, { min: 1, max: 100 }) };
const several = { max_selected_items: whole(1, Number.MAX_SAFE_INTEGER) };
const filter = {
  filter: object(
    {},
    {
      include: list(oneOf("im", "mpim", "private", "public"), { min: 1 }),
      exclude_external_shared_channels: flag,
      exclude_bot_users: flag,
    },
  ),
};
const menu = { ...acts, ...confirm, ...focus, ...placeholder };
const input = { ...acts, ...focus, ...placeholder, ...dispatch };
const day = string({ like: /^\d{4}-\d\d-\d\d$/ });

const among = (initial: string, many: boolean): Rule =>
  both(choices, (value, at, problems) => {
    if (!isObject(value) || value[initial] === undefined) return;
    const all = [
      ...((value.options as unknown[]) ?? []),
      ...((value.option_groups as { options: unknown[] }[]) ?? []).flatMap((g) => g.options ?? []),
    ].map((o) => JSON.stringify(o));
    for (const one of many ? (value[initial] as unknown[]) : [value[initial]])
      if (!all.includes(JSON.stringify(one)))
        problem(problems, `${initial} must be one of the options`, `${at}/${initial}`);
  });

const button = object(
  { ...type("button"), text: plain(75) },
  {
    ...acts,
    ...confirm,
    value: string({ max: 2000 }),
    url: url(),
    style: oneOf("primary", "danger"),
    accessibility_label: string({ max: 75 }),
  },
);

const SELECTS = {
  static_select: both(
    object(type("static_select"), { ...menu, ...offered, initial_option: pick }),
    among("initial_option", false),
  ),
  multi_static_select: both(
    object(type("multi_static_select"), {
      ...menu,
      ...offered,
      ...several,
      initial_options: list(pick, { min: 1, max: 100 }),
    }),
    among("initial_options", true),
  ),
  external_select: object(type("external_select"), {
    ...menu,
    initial_option: pick,
    min_query_length: whole(0, 3000),
  }),
  multi_external_select: object(type("multi_external_select"), {
    ...menu,
    ...several,
    initial_options: list(pick, { min: 1 }),
    min_query_length: whole(0, 3000),
  }),
  users_select: object(type("users_select"), { ...menu, initial_user: string() }),
  multi_users_select: object(type("multi_users_select"), { ...menu, ...several, initial_users: list(string()) }),
  conversations_select: object(type("conversations_select"), {
    ...menu,
    ...filter,
    initial_conversation: string(),
    default_to_current_conversation: flag,
    response_url_enabled: flag,
  }),
  multi_conversations_select: object(type("multi_conversations_select"), {
    ...menu,
    ...filter,
    ...several,
    initial_conversations: list(string()),
    default_to_current_conversation: flag,
  }),
  channels_select: object(type("channels_select"), { ...menu, initial_channel: string(), response_url_enabled: flag }),
  multi_channels_select: object(type("multi_channels_select"), {
    ...menu,
    ...several,
    initial_channels: list(string()),
  }),
};
const PICKERS = {
  datepicker: object(type("datepicker"), { ...menu, initial_date: day }),
  datetimepicker: object(type("datetimepicker"), { ...acts, ...confirm, ...focus, initial_date_time: number }),
  timepicker: object(type("timepicker"), {
    ...menu,
    initial_time: string({ like: /^\d\d:\d\d$/ }),
    timezone: string(),
  }),
  checkboxes: both(
    object(
      { ...type("checkboxes"), options: list(mark, { min: 1, max: 10 }) },
      { ...acts, ...confirm, ...focus, initial_options: list(mark, { min: 1, max: 10 }) },
    ),
    among("initial_options", true),
  ),
  radio_buttons: both(
    object(
      { ...type("radio_buttons"), options: list(mark, { min: 1, max: 10 }) },
      { ...acts, ...confirm, ...focus, initial_option: mark },
    ),
    among("initial_option", false),
  ),
};
const rich = object({ ...type("rich_text_input"), ...acts }, { ...input, initial_value: anything });

const ACTIONS = {
  ...SELECTS,
  ...PICKERS,
  button,
  overflow: object({ ...type("overflow"), options: list(pick, { min: 1, max: 5 }) }, { ...acts, ...confirm }),
  workflow_button: object(
    { ...type("workflow_button"), text: plain(75), workflow: anything },
    { ...acts, style: oneOf("primary", "danger"), accessibility_label: string({ max: 75 }) },
  ),
  rich_text_input: rich,
} satisfies Record<ActionsBlockElement["type"], Rule>;

const INPUTS = {
  ...SELECTS,
  ...PICKERS,
  plain_text_input: object(type("plain_text_input"), {
    ...input,
    initial_value: string({ max: 3000 }),
    multiline: flag,
    min_length: whole(0, 3000),
    max_length: whole(1, 3000),
  }),
  number_input: object(
    { ...type("number_input"), is_decimal_allowed: flag },
    { ...input, initial_value: string(), min_value: string(), max_value: string() },
  ),
  email_text_input: object(type("email_text_input"), { ...input, initial_value: string() }),
  url_text_input: object(type("url_text_input"), { ...input, initial_value: string() }),
  file_input: object(type("file_input"), { ...acts, filetypes: list(string()), max_files: whole(1, 10) }),
  rich_text_input: rich,
} satisfies Record<InputBlockElement["type"], Rule>;

/** "alt_text: maximum length for this field is 2000 characters", and one of two places for the picture. */
export const picture = (more: Record<string, Rule>): Rule =>
  both(
    object(
      { ...type("image"), alt_text: string({ min: 1, max: 2000 }) },
      { image_url: url(), slack_file: file, ...more },
    ),
    (value, at, problems) => {
      if (isObject(value) && (value.image_url === undefined) === (value.slack_file === undefined))
        problem(problems, "must provide exactly one of: image_url, slack_file", at);
    },
  );
const { rich_text_input: _rich, ...BESIDE } = ACTIONS;
const ACCESSORIES = { ...BESIDE, image: picture({}) } satisfies Record<SectionBlockAccessory["type"], Rule>;

export const actionElement = kinds(() => ACTIONS);
export const inputElement = kinds(() => INPUTS);
export const accessory = kinds(() => ACCESSORIES);
export const contextElement = kinds(() => ({ plain_text: plain(), mrkdwn: marked(), image: picture({}) }));
export const cardButton = button;
export const suggested = pick;
export const suggestedGroup = group;
const opinion = object({ text: plain(75), value: string({ max: 2000 }) }, { accessibility_label: string({ max: 75 }) });
export const contextAction = kinds(() => ({
  feedback_buttons: object({ ...type("feedback_buttons"), positive_button: opinion, negative_button: opinion }, acts),
  icon_button: object(
    { ...type("icon_button"), icon: string(), text: plain(75) },
    {
      ...acts,
      ...confirm,
      value: string({ max: 2000 }),
      accessibility_label: string({ max: 75 }),
      visible_to_user_ids: list(string()),
    },
  ),
}));
