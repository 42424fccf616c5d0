// npm run import -- barcelona-2016 FOLDER: brings what another system holds into this node. Everything is read before
// anything is written; a second run changes nothing.
import "../src/platform/temporal.ts";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Account } from "../src/accounts/account.ts";
import { findAccountByEmail, findFirstAdministrator } from "../src/accounts/queries.ts";
import { findMainOrganisation } from "../src/cities/queries.ts";
import { loadConfig } from "../src/config.ts";
import { importBarcelona2016, type Progress } from "../src/importers/barcelona-2016/run.ts";
import { WrongFile } from "../src/importers/table.ts";
import { connect, type Pool } from "../src/platform/db.ts";
import { migrate } from "../src/platform/migrate.ts";
import { openNodeDatabase } from "../src/platform/node-database.ts";
import { Refused } from "../src/platform/refusal.ts";
import { openUris } from "../src/platform/uris.ts";

const importers = { "barcelona-2016": importBarcelona2016 } as const;
const usage = `npm run import -- ${Object.keys(importers).join("|")} FOLDER [--as E-MAIL]

  FOLDER       the folder with the files of the source
  --as E-MAIL  the official in whose name it is done; the first administrator where nobody is named`;

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { as: { type: "string" }, help: { type: "boolean" } },
    allowPositionals: true,
  });
  const [name = "", folder = ""] = positionals;
  if (values.help) return console.log(usage);
  if (!Object.hasOwn(importers, name) || folder === "" || positionals.length > 2) throw new Error(usage);
  const config = loadConfig(process.env);
  await using database = await openNodeDatabase(config);
  const direct = connect({ target: database.directTarget, poolSizeMax: 2, prepare: false });
  await migrate(direct, join(import.meta.dirname, "../migrations")).finally(() => direct.end());
  const { sql } = database;
  const city = await findMainOrganisation(sql);
  if (city === null) throw new Error("No city is founded here yet: npm run setup");
  const by = await whoDoesIt(sql, values.as);
  const startedAt = performance.now();
  const { process: imported, files } = await importers[name as keyof typeof importers](
    { sql, uris: openUris(config.origin) },
    by,
    {
      folder,
      organisationId: city.actorId,
      now: new Date(),
      onProgress: process.stdout.isTTY ? showBar : showLine,
    },
  );
  for (const { file, rows, added } of files) {
    console.log(`${file}: ${rows} rows, ${added === 0 ? "all of them here already: nothing changed" : `${added} new`}`);
  }
  console.log(`${imported.uri} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}

async function whoDoesIt(sql: Pool, email: string | undefined): Promise<Account> {
  const account =
    email === undefined ? await findFirstAdministrator(sql) : await findAccountByEmail(sql, email.trim().toLowerCase());
  if (account === null)
    throw new Error(
      email === undefined ? "Nobody administers this node yet: npm run setup" : `No account with ${email}`,
    );
  return account;
}

const barCells = 30;

function showBar({ file, done, total }: Progress): void {
  const filled = Math.round((done / total) * barCells);
  process.stdout.write(
    `\r${file} ${"█".repeat(filled)}${"░".repeat(barCells - filled)} ${done}/${total}${done >= total ? "\n" : ""}`,
  );
}

const showLine = ({ file, done, total }: Progress): void => console.log(`${file} ${done}/${total}`);

await run().catch((error: Error) => {
  const isExpected = error instanceof WrongFile || error instanceof Refused || error.constructor === Error;
  const text = error instanceof Refused ? `Refused: ${error.code} ${JSON.stringify(error.params)}` : error.message;
  console.error(isExpected ? text : error.stack);
  process.exitCode = 1;
});
