// What was measured, one line each: shown when it is measured, and gathered by `npm run chaos`.
import { appendFileSync } from "node:fs";

export type Figure = { what: string; where: string; said: string };

export function report(what: string, where: string, said: string): void {
  console.log(`${what}, ${where}: ${said}`);
  const file = process.env.CHAOS_FIGURES;
  if (file) appendFileSync(file, `${JSON.stringify({ what, where, said } satisfies Figure)}\n`);
}
