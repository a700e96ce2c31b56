export { type Answer, type Command, command, type Declaration, type Effect, type Once } from "./command.ts";
export {
  type CommandSchema,
  type Described,
  describeCommand,
  jsonSchemaOf,
  type Speaker,
  speaker,
} from "./describe.ts";
export { type Call, dispatch, dispatchTogether, type Outcome, refused, type Status } from "./dispatch.ts";
export { help } from "./help.ts";
export { type Group, groupsOf, localised, type Named } from "./names.ts";
export { near } from "./near.ts";
export {
  clip,
  type Option,
  type Options,
  option,
  type ParseContext,
  type Suggestion,
  Wrong,
} from "./option.ts";
export * from "./options/index.ts";
export { type Registry, registry } from "./registry.ts";
export { isSecretOption } from "./secret.ts";
export { formatWords, type InWords, parseWords } from "./words.ts";
