export {
  type Ballot,
  ballotData,
  ballots,
  type Choice,
  getBallot,
  listBallots,
  type NewBallot,
  openBallot,
  openBallotOf,
} from "./ballot.ts";
export { type Booth, openBooth } from "./booth.ts";
export { ballotView } from "./card.ts";
export { type Cast, type CastAnswer, castAll } from "./cast.ts";
export { voteCommands } from "./commands.ts";
export { dueBallots, staleBallots, timeLeft } from "./due.ts";
export { ballotChanged, ballotClosed, ballotOpened } from "./events.ts";
export { followTally } from "./follow.ts";
export { mutedFor } from "./mute.ts";
export { followTrack, missedTracks, nextBallotJob } from "./next.ts";
export { type Asked, requestsOf } from "./requests.ts";
export { endBallot } from "./result.ts";
export { closeJob, startBallot } from "./start.ts";
export { BALLOT_CHANNEL } from "./telling.ts";
