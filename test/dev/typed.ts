// A line with a command, as people type it: words, then `name:value`, quotes around spaces.

/** The options of a line after the command's own words. What has no name goes to the first option that has no value. */
export function parseLine(line: string, command: string, names: readonly string[]): [string, string][] {
  const rest = line.slice(line.indexOf(command) + command.length);
  const found = [...rest.matchAll(/([\p{L}\p{N}_-]+):("(?:[^"\\]|\\.)*"|\S*)/gu)].map(
    ([, name, value]): [string, string] => [
      name!,
      value!.startsWith('"') ? value!.slice(1, -1).replace(/\\(.)/g, "$1") : value!,
    ],
  );
  const bare = rest.replace(/[\p{L}\p{N}_-]+:("(?:[^"\\]|\\.)*"|\S*)/gu, " ").trim();
  const free = names.find((n) => !found.some(([name]) => name === n));
  return bare && free ? [...found, [free, bare]] : found;
}

/** What is being typed at the end of a line: an option's value, or the beginning of a name. */
export function splitTyped(line: string): { before: string; option?: string; value: string } {
  const [, option, value = ""] = / ([\p{L}\p{N}_-]+):("[^"]*|[^\s"]*)$/u.exec(line) ?? [];
  if (option !== undefined)
    return {
      before: line.slice(0, line.length - option.length - 1 - value.length),
      option,
      value: value.replace(/^"/, ""),
    };
  const [last = ""] = /[^\s]*$/.exec(line) ?? [];
  return { before: line.slice(0, line.length - last.length), value: last };
}
