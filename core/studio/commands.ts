import { reviewCommands } from "./commands-again.ts";
import { approvalCommands } from "./commands-approval.ts";
import { libraryExport } from "./commands-export.ts";
import { generateCommands } from "./commands-generate.ts";
import { jobShow } from "./commands-job.ts";
import { promptCommands } from "./commands-prompt.ts";
import { providerCommands } from "./commands-provider.ts";

export const studioCommands = [
  jobShow,
  ...generateCommands,
  ...reviewCommands,
  ...providerCommands,
  ...promptCommands,
  ...approvalCommands,
  libraryExport,
];
