export { type BackupOptions, backup, type Ending } from "./backup.ts";
export { type RestoreOptions, restore } from "./restore.ts";
