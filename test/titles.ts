// Titles that somebody wrote to make a program do something.
import { seeded } from "./house.ts";

const PARTS = [
  "\n",
  "\r\n",
  '"',
  "'",
  "\\",
  "\\\\",
  "`touch /tmp/owned`",
  "$(touch /tmp/owned)",
  "process:mp3,touch /tmp/owned",
  "file:///etc/passwd",
  "rotation.skip",
  "\nquit\n",
  "END",
  '",uri="process:x"',
  "annotate:title=",
  "<script>alert(1)</script>",
  "</text><image href='http://127.0.0.1/'/>",
  "%{title}",
  ["$", "{title}"].join(""),
  "#{title}",
  "&mount=/admin",
  "\u0000",
  "\u2028",
  "\u202e",
  "😀",
  "'; drop table work; --",
  "../../../etc/passwd",
  "-i /etc/passwd",
  "pipe:1",
  "\u001b[2J",
  "A".repeat(400),
];

export function hostile(count: number): string[] {
  const random = seeded(7);
  const pick = () => PARTS[Math.floor(random() * PARTS.length)]!;
  return Array.from({ length: count }, (_, i) => [`t${i}`, pick(), pick(), pick()].join(random() < 0.5 ? "" : " "));
}
