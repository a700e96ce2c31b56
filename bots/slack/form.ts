// A button that opens a form carries which one: `form:{token}:{command}:{inputs}`.
export const FORM = "form:";

const PATTERN = /^form:([^:]{1,64})(?::([a-z0-9 ]{1,64}))?(?::([a-z0-9_,]*))?$/;

export type Form = { token: string; command: string; inputs: ReadonlySet<string> | undefined };

export function readForm(actionId: string): Form | undefined {
  const [, token, command = "", list] = PATTERN.exec(actionId) ?? [];
  if (!token) return undefined;
  return { token, command, inputs: list ? new Set(list.split(",")) : undefined };
}
