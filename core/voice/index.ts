export { voiceCommands } from "./commands.ts";
export {
  CHECKS,
  type Check,
  mayOverrule,
  needsPerson,
  questionOf,
  questionOfPictures,
  readVerdict,
  type Verdict,
  verdictsOf,
  verdictWords,
} from "./verdict.ts";
export { check, type Finding, findingWords, mayAsk, mayLetOut, readVoice } from "./voice.ts";
