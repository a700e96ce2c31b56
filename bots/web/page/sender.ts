// Sends what was said: once, with a key that stays the same however often the network fails.
import type { Answer, Api, Body } from "./api.ts";
import type { makeDrafts, Unsent } from "./drafts.ts";
import type { Store, Turn } from "./model.ts";

type Means = { now(): Date; drafts: ReturnType<typeof makeDrafts>; lost(): void; ready(): Promise<void> };

export function makeSender({ get, set, change }: Store, api: Api, { now, drafts, lost, ready }: Means) {
  const append = (turn: Turn) => set({ turns: [...get().turns, turn] });

  function settle(key: string, { reply, problem }: Answer): void {
    if (!reply) {
      change(key, { waits: undefined, problem });
      return;
    }
    const same = get().turns.find((t) => t.run === reply.run && t.key !== key);
    if (!same) {
      change(key, { waits: undefined, unsent: undefined, reply, run: reply.run, problem });
      return;
    }
    // Pressed before, or read from history meanwhile: its answer is on the screen already.
    set({ turns: get().turns.filter((t) => t.key !== key) });
    change(same.key, { reply });
  }

  /** `quiet`: a form that shows itself what is wrong with it gets no turn for that. */
  return async (unsent: Unsent, quiet = false): Promise<Answer> => {
    const { key, said, pressed, path, body, files } = unsent;
    const waits = get().reachable ? "sending" : "connection";
    const turn: Turn = { key, said, at: now().toISOString(), waits, unsent, ...(pressed ? { pressed } : {}) };
    if (get().turns.some((t) => t.key === key)) change(key, { waits, problem: undefined });
    else if (!quiet) append(turn);
    await ready();
    drafts.keep(unsent, get().session?.person.id ?? "");
    const answer = await api.write(path, withFiles(body, files), key);
    drafts.forget(key);
    if (answer.problem?.http === 401) lost();
    if (quiet && answer.problem?.errors.length) return answer;
    if (quiet) append(turn);
    settle(key, answer);
    return answer;
  };
}

function withFiles(body: Record<string, unknown>, files: Record<string, File> | undefined): Body {
  if (!files || Object.keys(files).length === 0) return body;
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    if (value !== undefined && value !== null) form.set(name, String(value));
  }
  for (const [name, file] of Object.entries(files)) form.set(name, file, file.name);
  return form;
}
