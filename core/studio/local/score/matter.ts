// Front matter of a genre: two levels of "name: value" between two lines of dashes, and the text below.

export type Matter = { fields: Map<string, string>; groups: Map<string, Map<string, string>>; text: string };

export function matterOf(source: string): Matter {
  const found = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/.exec(source);
  if (!found) throw new Error("A genre opens with front matter between two lines of ---.");
  const fields = new Map<string, string>();
  const groups = new Map<string, Map<string, string>>();
  let group: Map<string, string> | undefined;
  for (const line of found[1]!.split(/\r?\n/)) {
    if (!line.trim() || line.trimStart().startsWith("#")) continue;
    const part = /^(\s*)([\w.-]+):\s*(.*?)\s*$/.exec(line);
    if (!part) throw new Error(`This line of front matter is no "name: value": ${line}`);
    const [, indent, name, value] = part;
    if (indent) {
      if (!group) throw new Error(`"${name}" is indented under nothing.`);
      if (group.has(name!)) throw new Error(`"${name}" is written twice.`);
      group.set(name!, value!);
    } else if (value) {
      fields.set(name!, value);
      group = undefined;
    } else {
      group = new Map();
      groups.set(name!, group);
    }
  }
  return { fields, groups, text: found[2]!.trim() };
}
