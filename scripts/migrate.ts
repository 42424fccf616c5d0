// npm run migrate: brings the tables up to date. A node does so by itself when it starts; this is for those who want it done
// before, or by a user of the database with more rights.
import { join } from "node:path";
import { loadConfig } from "../src/config.ts";
import { connect } from "../src/platform/db.ts";
import { migrate } from "../src/platform/migrate.ts";
import { openNodeDatabase } from "../src/platform/node-database.ts";

try {
  await using database = await openNodeDatabase(loadConfig(process.env));
  const pool = connect({ target: database.directTarget, poolSizeMax: 2, prepare: false });
  const applied = await migrate(pool, join(import.meta.dirname, "../migrations")).finally(() => pool.end());
  console.log(applied.length === 0 ? "The tables are up to date" : `Applied ${applied.join(", ")}`);
} catch (error) {
  console.error(`Koinon: ${(error as Error).message}`);
  process.exitCode = 1;
}
