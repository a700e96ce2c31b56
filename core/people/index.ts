export { accountsOf, resolveAccount, resolveAccounts, type Seen } from "./accounts.ts";
export { type Claim, endCode, findCode, inLobby, issueCode, unknownCode } from "./codes.ts";
export { peopleCommands } from "./commands.ts";
export { codeAnswer } from "./commands-link.ts";
export { personErased } from "./erase.ts";
export { exportPerson, mayHandle, personExport } from "./export.ts";
export { personMerged } from "./merge.ts";
export { allIdsOf } from "./personal.ts";
export { byId, type Known, persons } from "./persons.ts";
export { claimOf, redeem, tellClaimer } from "./redeem.ts";
export { roleChanged } from "./roles.ts";
export { personSplit } from "./split.ts";
export {
  createToken,
  findToken,
  type Holder,
  hashSecret,
  keepToken,
  type MadeToken,
  makeToken,
  type NewToken,
  newSecret,
  retire,
} from "./tokens.ts";
