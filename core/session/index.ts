export {
  ENTRY_HOURS,
  endSession,
  findSession,
  forgetSessions,
  makeEntry,
  readKey,
  SESSION_DAYS,
  type SignedIn,
  startSession,
  useEntry,
} from "./session.ts";
