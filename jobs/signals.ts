// Why a running job is told to stop.

/** It was cancelled, or another worker has it: nothing that this attempt writes counts any more. */
export class Gone extends Error {}
/** This process ends: somebody else goes on with it, and no try is spent. */
export class Stopping extends Error {}
export class TooLong extends Error {
  readonly minutes: number;
  constructor(minutes: number) {
    super(`longer than ${minutes} minutes`);
    this.minutes = minutes;
  }
}
