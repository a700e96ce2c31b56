// Options that hold a secret: what was given is in no form, on no button and in no stored message afterwards.
const SECRETS = new Set(["url", "key", "password", "secret"]);

export const isSecretOption = (name: string): boolean => SECRETS.has(name);
