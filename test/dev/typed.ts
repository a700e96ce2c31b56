// A line with a command, as people type it: words, then `name:value`, quotes around spaces.

export const wordsOf = (line: string): string[] => line.trim().split(/\s+/).slice(0, 2);

/** The options of a line after the command's own words. What has no name goes to the first option that has no value. */
export function parseLine(line: string, command: string, names: readonly string[]): [string, string][] {
  const rest = line.slice(line.indexOf(command) + command.length);
  const found = [...rest.matchAll(/([\w-]+):("(?:[^"\\]|\\.)*"|\S*)/g)].map(([, name, value]): [string, string] => [
    name!,
    value!.startsWith('"') ? value!.slice(1, -1).replace(/\\(.)/g, "$1") : value!,
  ]);
  const bare = rest.replace(/[\w-]+:("(?:[^"\\]|\\.)*"|\S*)/g, " ").trim();
  const free = names.find((n) => !found.some(([name]) => name === n));
  return bare && free ? [...found, [free, bare]] : found;
}

/** What is being typed at the end of a line: an option's value, or the beginning of a name. */
export function splitTyped(line: string): { before: string; option?: string; value: string } {
  const [, option, value = ""] = / ([\w-]+):("[^"]*|[^\s"]*)$/.exec(line) ?? [];
  if (option !== undefined)
    return {
      before: line.slice(0, line.length - option.length - 1 - value.length),
      option,
      value: value.replace(/^"/, ""),
    };
  const [last = ""] = /[^\s]*$/.exec(line) ?? [];
  return { before: line.slice(0, line.length - last.length), value: last };
}
