// Reads a table of figures against data: one line a figure, "path = value". A step of the path is the name of a field,
// or the key of a list's element: its slug, number, code or kind; for a target its metric@scope/period#month, for a
// budget its scope/each/period/what#stage.

type Element = Record<string, unknown>;

function keyOf(element: unknown): string {
  if (typeof element !== "object" || element === null) return String(element);
  const e = element as Element;
  if (e.slug !== undefined || e.number !== undefined || e.code !== undefined)
    return String(e.slug ?? e.number ?? e.code);
  if (e.metric !== undefined)
    return `${e.metric}${e.scope ? `@${e.scope}` : ""}${e.period ? `/${e.period}` : ""}${e.due === undefined ? "" : `#${e.due}`}`;
  if (e.scope !== undefined) {
    const parts = [e.scope, e.each, e.period, e.of].filter((part) => part !== undefined);
    return `${parts.join("/")}${e.stage === undefined ? "" : `#${e.stage}`}`;
  }
  return String(e.kind);
}

export function at(data: unknown, path: string): unknown {
  let here = data;
  for (const step of path.split(" ")) {
    if (Array.isArray(here)) {
      const found = here.filter((element) => keyOf(element) === step);
      if (found.length !== 1) throw new Error(`${path}: ${found.length} elements are called "${step}"`);
      here = found[0];
    } else if (typeof here === "object" && here !== null && Object.hasOwn(here, step)) {
      here = (here as Element)[step];
    } else throw new Error(`${path}: there is no "${step}"`);
  }
  return here;
}

/** Every line that is not so, as "path = what is there". */
export function wrongFigures(data: unknown, table: string): string[] {
  const lines = table
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("//"));
  return lines.flatMap((line) => {
    const [path, wanted] = line.split(" = ");
    if (path === undefined || wanted === undefined) throw new Error(`Not a figure: ${line}`);
    const found = JSON.stringify(at(data, path)).replaceAll('"', "");
    return found === wanted ? [] : [`${path} = ${found}`];
  });
}

/** Elements of a list that share a key, so that a table could mean either. */
export const twins = (list: readonly unknown[]): string[] => {
  const keys = list.map(keyOf);
  return keys.filter((key, i) => keys.indexOf(key) !== i);
};
