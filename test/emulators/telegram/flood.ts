// How often Telegram lets a bot write (Bot FAQ): once a second to a chat, 20 times a minute to a group, 30 times a
// second in all. Edits count; what is too much is refused with the seconds to wait.

export type Flood = { count(method: string, chat: number, at: number): number };

const RULES = { all: [30, 1_000], chat: [1, 1_000], group: [20, 60_000] } as const;

/** Answers the seconds to wait, or 0 when it is taken. */
export function openFlood(): Flood {
  const times = new Map<string, number[]>();
  const waitOf = (name: string, [limit, per]: readonly [number, number], at: number): number => {
    const kept = (times.get(name) ?? []).filter((time) => time > at - per);
    times.set(name, kept);
    return kept.length < limit ? 0 : Math.max(1, Math.ceil((kept.at(-limit)! + per - at) / 1_000));
  };
  return {
    count(method, chat, at) {
      if (!/^(send|edit)/.test(method) || method === "sendChatAction") return 0;
      const names = [
        ["all", RULES.all],
        [`chat ${chat}`, RULES.chat],
        ...(chat < 0 ? [[`group ${chat}`, RULES.group] as const] : []),
      ] as const;
      const wait = Math.max(...names.map(([name, rule]) => waitOf(name, rule, at)));
      if (wait === 0) for (const [name] of names) times.get(name)!.push(at);
      return wait;
    },
  };
}
