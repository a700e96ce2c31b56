// Every command of the house, area by area. An area that is not named here does not exist for anybody.
// Not through the index: these know persons, and persons are known by what writes the audit.
import { audienceCommands } from "./audience/index.ts";
import { auditCommands } from "./audit/commands.ts";
import { budgetCommands } from "./budgets/index.ts";
import { type Command, help, type Registry, registry } from "./command/index.ts";
import { communityCommands } from "./community/index.ts";
import { consentCommands } from "./consent/index.ts";
import { jobCommands } from "./jobs/index.ts";
import { kpiCommands } from "./kpi/index.ts";
import { libraryCommands } from "./library/index.ts";
import { metricCommands } from "./metrics/index.ts";
import { importCommands, moneyCommands, productCommands, sourceCommands } from "./money/index.ts";
import { peopleCommands } from "./people/index.ts";
import { streamCommands } from "./streams/index.ts";
import { studioCommands } from "./studio/index.ts";
import { voiceCommands } from "./voice/index.ts";
import { voteCommands } from "./votes/index.ts";
import { setup, workspaceCommands } from "./workspace/index.ts";

export const allCommands: readonly Command[] = [
  help,
  ...peopleCommands,
  ...consentCommands,
  ...jobCommands,
  setup,
  ...workspaceCommands,
  ...auditCommands,
  ...streamCommands,
  ...metricCommands,
  ...kpiCommands,
  ...budgetCommands,
  ...moneyCommands,
  ...studioCommands,
  ...libraryCommands,
  ...voiceCommands,
  ...voteCommands,
  ...communityCommands,
  ...audienceCommands,
  ...importCommands,
  ...sourceCommands,
  ...productCommands,
];

export const houseCommands = (): Registry => registry(allCommands);
