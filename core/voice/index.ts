export { voiceCommands } from "./commands.ts";
export { check, type Finding, findingWords, mayAsk, mayLetOut, readVoice } from "./voice.ts";
