export { peopleCommands } from "./commands.ts";
export { ensureOwnerToken, type FirstOwner } from "./first.ts";
export { createToken, findToken, type Holder, type MadeToken, makeToken, type NewToken } from "./tokens.ts";
