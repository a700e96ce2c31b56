// Discord's own description of its API as a judge, where it lies beside this repository. Without it nobody judges.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";

const file = ["../shared/specs", "../../shared/specs"]
  .map((folder) => resolve(import.meta.dirname, "../../..", folder, "discord-openapi.json"))
  .find((path) => existsSync(path));

export const hasSpec = file !== undefined;

/** What is wrong with a value, by the name of its schema; nothing when it is right. */
export type Judge = (schema: string, value: unknown) => string[];

export function openJudge(): Judge {
  if (!file) return () => [];
  const { components } = JSON.parse(readFileSync(file, "utf8")) as { components: unknown };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema({ $id: "discord", components });
  return (schema, value) => {
    const validate = ajv.getSchema(`discord#/components/schemas/${schema}`);
    if (!validate) throw new Error(`There is no schema ${schema}.`);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((e) => `${schema}${e.instancePath}: ${e.message}`);
  };
}
