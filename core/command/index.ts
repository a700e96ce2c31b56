export { type Answer, type Command, command, type Declaration, type Effect, type Once } from "./command.ts";
export { inputsOf, nearest } from "./describe.ts";
export { type Call, dispatch, type Outcome, refused, type Status } from "./dispatch.ts";
export {
  clip,
  type Option,
  type Options,
  option,
  type ParseContext,
  parseOptions,
  type Suggestion,
  Wrong,
} from "./option.ts";
export * from "./options/index.ts";
export { type Registry, registry } from "./registry.ts";
