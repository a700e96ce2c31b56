// `npm run check`: prints what no platform could register, and fails when there is any.
import { allCommands } from "../commands.ts";
import { checkCommands } from "./check.ts";

const findings = checkCommands(allCommands);
for (const { command, mend } of findings) console.error(`/${command}: ${mend}`);
console.log(
  findings.length === 0 ? `${allCommands.length} commands fit every platform.` : `${findings.length} to mend.`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
