// What comes from outside is looked into with care: any of it may be missing, or something else than Slack says.
export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const obj = (value: unknown): Json => (isObject(value) ? value : {});
export const str = (value: unknown): string => (typeof value === "string" ? value : "");
export const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
/** A field only when it holds something. */
export const some = <N extends string>(name: N, value: string): { [K in N]?: string } =>
  (value === "" ? {} : { [name]: value }) as { [K in N]?: string };

export function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
