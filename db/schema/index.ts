export * from "./aims.ts";
export * from "./people.ts";
export * from "./plan.ts";
export * from "./session.ts";
export * from "./spine.ts";
export * from "./streams.ts";
export * from "./studio.ts";
export * from "./workspace.ts";
