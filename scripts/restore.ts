// npm run restore -- FILE [--force]: brings a node back from a backup, into the database and uploads folder of the settings.
// All or nothing. --force throws away what is there now.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadConfig } from "../src/config.ts";
import { openNodeDatabase } from "../src/platform/node-database.ts";
import { openProgressLine } from "../src/platform/progress-line.ts";
import { type RestoreProgress, restore } from "../src/platform/restore.ts";

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { force: { type: "boolean" } } });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new Error("Name one backup: npm run restore -- FILE [--force]");
  const config = loadConfig(process.env);
  await using database = await openNodeDatabase(config);
  await database.sql.end(); // a restore wants the database to itself
  const line = openProgressLine();
  const { header, rows, uploads, epoch } = await restore(file, {
    target: database.directTarget,
    uploadsDir: config.uploadsDir,
    migrationsDir: join(import.meta.dirname, "../migrations"),
    replace: values.force === true,
    onProgress: (now) => line.update(() => told(now)),
  }).finally(() => line.clear());
  const number = (value: number) => value.toLocaleString("en");
  console.log(
    `Restored: ${number(rows)} rows and ${number(uploads)} uploads of ${header.madeAt}, by Koinon ${header.productVersion}`,
  );
  console.log(`The node is now in epoch ${epoch}. Sessions are not restored: everybody signs in again.`);
  console.log(
    "When it starts it asks the nodes that keep copies of it what was taken back since, and takes it back again.",
  );
}

function told({ step, bytesRead, bytesTotal }: RestoreProgress): string {
  const percent = Math.floor((bytesRead / Math.max(1, bytesTotal)) * 100);
  switch (step) {
    case "checking":
      return `Checking the file: ${percent} % …`;
    case "loading":
      return `Loading: ${percent} % …`;
    case "finishing":
      return "Checking references, building statistics …";
    default:
      return step satisfies never;
  }
}

await run().catch((error: Error) => {
  console.error(`Koinon: ${error.message}`);
  process.exitCode = 1;
});
