// Sound that an encoder was given and has not given back yet: what the next encoder begins with when this one dies.
import { BLOCK, RATE } from "./sound.ts";

/** An encoder that hangs is ended sooner; more than this is lost. */
const MOST_BLOCKS = Math.ceil((15 * RATE) / BLOCK);

export type Tail = {
  push(block: Int16Array): void;
  give(samples: number): void;
  /** Frames that are out, as the mixer counts them. */
  given(): number;
  /** What is not, from the beginning of a block. */
  open(): readonly Int16Array[];
};

export function makeTail(): Tail {
  const blocks: Int16Array[] = [];
  let [first, given] = [0, 0];
  const drop = () => {
    blocks.shift();
    first += BLOCK;
  };
  return {
    push(block) {
      blocks.push(block);
      if (blocks.length <= MOST_BLOCKS) return;
      drop();
      given = Math.max(given, first);
    },
    give(samples) {
      given = Math.min(given + samples, first + blocks.length * BLOCK);
      while (blocks.length > 0 && first + BLOCK <= given) drop();
    },
    given: () => given,
    open() {
      given = first;
      return blocks;
    },
  };
}
