// Pieces to say what a payload must be. What is wrong is told as Slack tells it: words, then where, as a JSON pointer.

export type Json = Record<string, unknown>;
export type Problems = string[];
export type Rule = (value: unknown, at: string, problems: Problems) => void;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const problem = (problems: Problems, words: string, at: string): void =>
  void problems.push(`${words} [json-pointer:${at}]`);

/** Slack counts characters as people do, not UTF-16 units. */
export const lengthOf = (text: string): number => [...text].length;

export const string =
  ({ min = 0, max = Number.POSITIVE_INFINITY, like }: { min?: number; max?: number; like?: RegExp } = {}): Rule =>
  (value, at, problems) => {
    if (typeof value !== "string") problem(problems, "must provide a string", at);
    else if (lengthOf(value) < min) problem(problems, `must be more than ${min - 1} characters`, at);
    else if (lengthOf(value) > max) problem(problems, `must be less than ${max + 1} characters`, at);
    else if (like && !like.test(value)) problem(problems, "must match the expected format", at);
  };

export const oneOf =
  (...allowed: string[]): Rule =>
  (value, at, problems) => {
    if (!allowed.includes(value as string)) problem(problems, `must be one of: ${allowed.join(", ")}`, at);
  };
export const flag: Rule = (value, at, problems) => {
  if (typeof value !== "boolean") problem(problems, "must provide a boolean", at);
};
export const whole =
  (min: number, max: number): Rule =>
  (value, at, problems) => {
    if (!Number.isInteger(value)) problem(problems, "must provide an integer", at);
    else if ((value as number) < min || (value as number) > max)
      problem(problems, `must be between ${min} and ${max}`, at);
  };
export const number: Rule = (value, at, problems) => {
  if (typeof value !== "number") problem(problems, "must provide a number", at);
};

export const list =
  (each: Rule, { min = 0, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number } = {}): Rule =>
  (value, at, problems) => {
    if (!Array.isArray(value)) return problem(problems, "must provide an array", at);
    if (value.length < min) problem(problems, `no fewer than ${min} items allowed`, at);
    if (value.length > max) return problem(problems, `no more than ${max} items allowed`, at);
    for (const [n, item] of value.entries()) each(item, `${at}/${n}`, problems);
  };

/** Fields that must be there, fields that may be; any other is refused, as Slack does. */
export const object =
  (needs: Record<string, Rule>, may: Record<string, Rule> = {}): Rule =>
  (value, at, problems) => {
    if (!isObject(value)) return problem(problems, "must provide an object", at);
    for (const name of Object.keys(needs))
      if (value[name] === undefined || value[name] === null) problem(problems, `missing required field: ${name}`, at);
    for (const [name, inside] of Object.entries(value)) {
      const rule = needs[name] ?? may[name];
      if (!rule) problem(problems, `invalid additional property: ${name}`, at);
      else if (inside !== undefined && inside !== null) rule(inside, `${at}/${name}`, problems);
    }
  };

/** One of several kinds, told apart by `type`. */
export const kinds =
  (rules: () => Record<string, Rule>): Rule =>
  (value, at, problems) => {
    if (!isObject(value)) return problem(problems, "must provide an object", at);
    if (value.type === undefined) return problem(problems, "missing required field: type", at);
    const known = rules();
    const rule = Object.hasOwn(known, String(value.type)) ? known[String(value.type)] : undefined;
    if (!rule) return problem(problems, `unsupported type: ${String(value.type)}`, at);
    rule(value, at, problems);
  };

export const both =
  (...rules: Rule[]): Rule =>
  (value, at, problems) => {
    for (const rule of rules) rule(value, at, problems);
  };
export const anything: Rule = () => undefined;
