export * from "./people.ts";
export * from "./spine.ts";
export * from "./workspace.ts";
