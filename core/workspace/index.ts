export { createWorkspace, type NewWorkspace } from "./create.ts";
