// npm run backup -- FILE: the whole node in one file, while it runs. `npm run restore` brings it back, on any server.
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { loadConfig } from "../src/config.ts";
import { backUp } from "../src/platform/backup.ts";
import { openNodeDatabase } from "../src/platform/node-database.ts";
import { openProgressLine } from "../src/platform/progress-line.ts";

/** What a backup does not hold, and why. Everything else is in it: jobs, keys, events and uploads. */
const leftOut = {
  push_device: "bound to a session; people turn messages on again",
  session: "a restore must not bring back who was signed out; people sign in again",
  sign_in_link: "valid for minutes; a restore must not make an old mail a key again",
};

const count = (number: number, one: string, many: string) =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

async function run(): Promise<void> {
  const [file, ...others] = parseArgs({ allowPositionals: true }).positionals;
  if (file === undefined || others.length > 0) throw new Error("Name one file to write: npm run backup -- FILE");
  const config = loadConfig(process.env);
  await using database = await openNodeDatabase(config);
  const line = openProgressLine();
  const { rows, uploads } = await backUp(file, {
    target: database.directTarget,
    uploadsDir: config.uploadsDir,
    productVersion: packageJson.version,
    leftOut,
    onProgress: (now) =>
      line.update(() => `${count(now.rows, "row", "rows")}, ${count(now.uploads, "upload", "uploads")} …`),
  }).finally(() => line.clear());
  console.log(`Written: ${file} (${count(rows, "row", "rows")}, ${count(uploads, "upload", "uploads")})`);
  console.log("It holds this node's private keys and personal data: keep it as you would keep those.");
}

await run().catch((error: Error) => {
  console.error(`Koinon: ${error.message}`);
  process.exitCode = 1;
});
