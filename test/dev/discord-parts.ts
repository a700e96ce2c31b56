// Discord's components and dialogues as its client draws them.
import type { From } from "../emulators/discord/interactions.ts";
import { discordParts } from "./markup.ts";
import type { Dialog, Field, Part } from "./screen.ts";

export type Node = {
  type: number;
  content?: string;
  label?: string;
  description?: string;
  url?: string;
  style?: number;
  custom_id?: string;
  placeholder?: string;
  required?: boolean;
  value?: string;
  accent_color?: number;
  components?: Node[];
  component?: Node;
  accessory?: Node;
  options?: { label: string; value: string; default?: boolean }[];
  items?: { media: { url: string }; description?: string | null }[];
};
export type Opened = { custom_id: string; title: string; components: Node[]; from: From };
const LOOKS = { 1: "primary", 2: "plain", 3: "primary", 4: "danger", 5: "link" } as const;

export function partsOf(n: Node, message: string): Part[] {
  const inside = () => (n.components ?? []).flatMap((c) => partsOf(c, message));
  if (n.type === 17) {
    const accent = n.accent_color === undefined ? {} : { accent: `#${n.accent_color.toString(16).padStart(6, "0")}` };
    return [{ kind: "frame", parts: inside(), ...accent }];
  }
  if (n.type === 10) return discordParts(n.content ?? "");
  if (n.type === 9) return [...inside(), ...(n.accessory ? partsOf(n.accessory, message) : [])];
  if (n.type === 14) return [{ kind: "rule" }];
  if (n.type === 12)
    return (n.items ?? []).map(({ media, description }) => {
      const name = /^attachment:\/\/(.+)$/.exec(media.url)?.[1];
      const kind = /\.(mp4|webm|mov)(\?|$)/.test(media.url) ? "video" : "picture";
      return { kind, url: name ? `/file/discord/${message}/${name}` : media.url, words: description ?? "" };
    });
  if (n.type === 2) return [{ kind: "buttons", rows: [[keyOf(n)]] }];
  if (n.type === 1) {
    const menu = n.components?.find((c) => c.type === 3);
    if (menu)
      return [
        {
          kind: "menu",
          id: menu.custom_id!,
          label: menu.placeholder ?? "Make a selection",
          choices: menu.options ?? [],
          asks: false,
        },
      ];
    return [{ kind: "buttons", rows: [(n.components ?? []).map(keyOf)] }];
  }
  return [];
}
const keyOf = (n: Node) => ({
  label: n.label ?? "",
  look: LOOKS[(n.style ?? 2) as 1],
  ...(n.custom_id ? { id: n.custom_id } : {}),
  ...(n.url ? { url: n.url } : {}),
});

export function dialogOf({ custom_id, title, components }: Opened): Dialog {
  const fields = components.flatMap((label): Field[] => {
    const field = label.component;
    if (!field) return [];
    const value = field.value ?? field.options?.find((o) => o.default)?.value;
    return [
      {
        id: field.custom_id!,
        label: label.label ?? "",
        ...(label.description ? { hint: label.description } : {}),
        kind: field.type === 3 ? "one" : field.style === 2 ? "lines" : "line",
        choices: field.options ?? [],
        required: field.required ?? true,
        ...(value === undefined ? {} : { value }),
      },
    ];
  });
  return { id: custom_id, title, submit: "Submit", fields, parts: [] };
}
