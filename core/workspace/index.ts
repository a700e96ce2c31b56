export { createWorkspace, type Listed, listWorkspaces, type NewWorkspace, writeWorkspace } from "./create.ts";
export { type First, inFirst, MAIN } from "./first.ts";
