// The arrows go through what was said before, newest first, as in a shell.
import { useRef } from "preact/hooks";
import type { Turn } from "./model.ts";

export function useEarlier(turns: readonly Turn[], write: (said: string) => void) {
  const back = useRef(0);
  const go = (step: 1 | -1) => {
    const said = [
      ...new Set(
        turns
          .filter((t) => !t.pressed && t.said)
          .map((t) => t.said)
          .reverse(),
      ),
    ];
    back.current = Math.min(Math.max(back.current + step, 0), said.length);
    write(said[back.current - 1] ?? "");
  };
  return {
    forget() {
      back.current = 0;
    },
    /** What a key does in a line with this text, if it is for going through the earlier ones. */
    on(key: string, text: string): (() => void) | undefined {
      if (key === "ArrowUp" && (text === "" || back.current > 0)) return () => go(1);
      if (key === "ArrowDown" && back.current > 0) return () => go(-1);
      return undefined;
    },
  };
}
