export { type Entry, record } from "./record.ts";
