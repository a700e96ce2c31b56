import { artists } from "./artists/index.ts";
import type { Blueprint, BlueprintName } from "./blueprint.ts";
import { empty } from "./empty.ts";
import { radio } from "./radio/index.ts";
import { saas } from "./saas/index.ts";
import { streams } from "./streams/index.ts";
import { studio } from "./studio/index.ts";

export const blueprints: Readonly<Record<BlueprintName, Blueprint>> = { streams, studio, radio, saas, artists, empty };
export {
  BLUEPRINT_NAMES,
  type Blueprint,
  type BlueprintName,
  type BudgetData,
  type StageData,
  type TargetData,
} from "./blueprint.ts";
