import { connectCommands } from "./commands-connect.ts";
import { workspaceCommands as settingCommands } from "./commands-workspace.ts";

export { createWorkspace, type Listed, listWorkspaces, type NewWorkspace, writeWorkspace } from "./create.ts";
export { type Doors, doorkeeper, type Entered, enter, findPlace, openDoors, type Visitor } from "./doors.ts";
export { type First, inFirst, MAIN } from "./first.ts";
export { closed, moved, opened } from "./moves.ts";
export { ensureOwnerToken, type FirstOwner } from "./owner.ts";
export { type Bound, bindPlace, listPlaces, placeBound, placeLeft } from "./place.ts";
export { workspaceChanged } from "./settings.ts";
export { setup, workspaceSetup } from "./setup.ts";
export const workspaceCommands = [...connectCommands, ...settingCommands];
