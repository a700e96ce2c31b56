// Work that moves: ten cells, a number, and what is being done now.
import { html } from "htm/preact";
import { words } from "./words.ts";

const CELLS = 10;

export function Progress({ done, total, now }: { done: number; total: number; now: string }) {
  const known = total > 0;
  const share = known ? Math.min(1, Math.max(0, done / total)) : 0;
  const full = Math.floor(share * CELLS);
  const number = known ? words.ofTotal(done, total) : "";
  const values = known ? { "aria-valuemin": 0, "aria-valuemax": total, "aria-valuenow": Math.min(done, total) } : {};
  return html`<div class="progress">
    <div class="cells ${known ? "" : "unknown"}" role="progressbar" aria-label=${now || words.working()} aria-valuetext=${number} ...${values}>
      ${Array.from({ length: CELLS }, (_, n) => html`<i key=${n} class=${n < full ? "full" : n === full && share < 1 ? "next" : ""}></i>`)}
    </div>
    <p class="progress-words" role="status" aria-live="polite"><span class="number">${number}</span> ${now}</p>
  </div>`;
}
