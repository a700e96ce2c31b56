// The fence around a channel: whoever plays it shows the token of their lease, and nobody with an older one changes anything.
import { rawOf } from "../../../db/connect.ts";
import type { Act } from "../../act.ts";
import { Refusal } from "../../problem.ts";

/** Another host plays the channel now. A keeper that meets it stops its engine, as a cut cable would. */
export class LostLease extends Refusal {
  constructor() {
    super("clash", "Another host plays this channel now.");
  }
}

/**
 * Held until the transaction ends: whoever takes the channel over waits for it, and comes after all that is written in
 * it. What the keeper of a channel writes is in one order because of it.
 */
export async function holdLease(act: Act, channel: string, token: number): Promise<void> {
  const rows = await rawOf(act.db)`
    select 1 from channel_lease where channel_id = ${channel} and token = ${token} for update`;
  if (rows.length === 0) throw new LostLease();
}
