// What was asked in a server and answered in a person's own chat: its buttons carry where they belong, because a press
// there says nothing of the server.
export type Origin = { tenant: string; place: string };

const pattern = /^(.+)@(\d{1,20})\.(\d{1,20})$/;

/** `token@server.channel`: 57 letters at most. */
export const withOrigin = (token: string, origin: Origin | undefined): string =>
  origin ? `${token}@${origin.tenant}.${origin.place}` : token;

export function splitOrigin(token: string): { token: string; origin?: Origin } {
  const [, own, tenant, place] = pattern.exec(token) ?? [];
  return own && tenant && place ? { token: own, origin: { tenant, place } } : { token };
}
