// By hand: `node core/words/extract.ts es` prints what Spanish lacks, as JSON of keys and their English words.
import { missingKeys } from "./keys.ts";
import { LOCALES } from "./say.ts";

const locale = LOCALES.find((l) => l === process.argv[2]);
if (locale) console.log(JSON.stringify(Object.fromEntries(missingKeys(locale)), null, 2));
else console.error(`Name a language: ${LOCALES.filter((l) => l !== "en").join(", ")}.`);
process.exitCode = locale ? 0 : 1;
