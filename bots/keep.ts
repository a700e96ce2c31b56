// `npm run backup -- FILE` and `npm run restore -- FILE`: everything in one file, and back into an empty place.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeLog, makeScope } from "../core/observe/index.ts";
import { backup, type Ending, restore } from "../db/backup/index.ts";
import { locate } from "../db/open.ts";
import { bucketOf, elsewhere, moveRestored } from "./parts/files.ts";
import { readSettings, withEnvFile } from "./settings.ts";

async function main(what: string | undefined, file: string | undefined): Promise<void> {
  if ((what !== "backup" && what !== "restore") || !file) {
    throw new Error(`Say which file: npm run ${what === "restore" ? "restore" : "backup"} -- FILE`);
  }
  const settings = readSettings(withEnvFile(process.env, ".env"), { terminal: process.stderr.isTTY === true });
  const log = await makeLog({ level: "warn", format: settings.logFormat }, makeScope());
  const keyFile = join(settings.dataDir, "secret.key");
  const place = {
    file: resolve(file),
    files: join(settings.dataDir, "assets"),
    tell: (line: string) => void process.stdout.write(`${line}\n`),
  };
  const bucket = bucketOf(settings.env);
  const { sources, release } = await locate({ ...settings, log });
  try {
    if (what === "backup") {
      // A key from the environment is kept where that is kept, not in our file.
      const key = process.env.SECRET_KEY ? {} : { keyFile };
      sum(
        await backup({
          ...place,
          ...key,
          ...(bucket ? { elsewhere: elsewhere(bucket) } : {}),
          databases: sources,
          now: new Date(),
        }),
        `is in ${file}. It holds your secrets: keep it as you keep a key.`,
      );
    } else {
      const mine = process.env.SECRET_KEY ? undefined : keyFile;
      const ending = await restore({ ...place, databases: sources, ...(mine ? { keyFile: mine } : {}) });
      if (bucket)
        await moveRestored(place.files, bucket, ending.files).then(
          (n) => place.tell(`${n} files are in the bucket again.`),
          (error: Error) =>
            place.tell(
              `The bucket takes no files (${error.message}). They are on this machine and move over by night.`,
            ),
        );
      sum(ending, "is back. Start as always: npm start");
      if (mine && existsSync(mine) && readFileSync(mine, "utf8").trim() !== settings.secretKey)
        place.tell("The secret key is the one of the backup again.");
    }
  } finally {
    await release();
  }
}

function sum({ databases, files }: Ending, words: string): void {
  const rows = Object.values(databases)
    .flatMap((d) => Object.values(d.tables))
    .reduce((all, t) => all + t.rows, 0);
  process.stdout.write(`${rows} rows and ${Object.keys(files).length} files: everything ${words}\n`);
}

main(process.argv[2], process.argv[3]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
