export {
  BLUEPRINT_NAMES,
  type Blueprint,
  type BlueprintName,
  type BudgetData,
  type StageData,
  type TargetData,
} from "./blueprints/blueprint.ts";
export { blueprints } from "./blueprints/index.ts";
export { createWorkspace, type Listed, listWorkspaces, type NewWorkspace, writeWorkspace } from "./create.ts";
export { type First, inFirst, MAIN } from "./first.ts";
export { loadBlueprint, setup, workspaceSetup } from "./setup.ts";
