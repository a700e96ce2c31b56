export { type Entry, record, recordAll } from "./record.ts";
export { auditVerification, headOf, shown } from "./report.ts";
export { auditSealed, type Head, sealAudit } from "./seal.ts";
export { type Finding, type Report, verifyAudit, verifyLongAudit } from "./verify.ts";
