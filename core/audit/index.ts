export { type Entry, record } from "./record.ts";
export { auditSealed, type Head, sealAudit } from "./seal.ts";
export { type Finding, type Report, verifyAudit } from "./verify.ts";
