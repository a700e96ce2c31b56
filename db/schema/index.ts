export * from "./people.ts";
export * from "./session.ts";
export * from "./spine.ts";
export * from "./workspace.ts";
