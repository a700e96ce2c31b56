export { accountsOf, resolveAccount, type Seen } from "./accounts.ts";
export { peopleCommands } from "./commands.ts";
export { ensureOwnerToken, type FirstOwner } from "./first.ts";
export { byId, type Known, persons } from "./persons.ts";
export { roleChanged } from "./roles.ts";
export { createToken, findToken, type Holder, type MadeToken, makeToken, type NewToken } from "./tokens.ts";
