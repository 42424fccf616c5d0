// A process of its own that starts the embedded PostgreSQL: `embedded-starter.ts LAUNCHER DATA_DIR`, where LAUNCHER is the
// module to load, so that a copy in another checkout can be tried. Prints one line of JSON; stops when its input ends.
import { pathToFileURL } from "node:url";

type Launcher = typeof import("../../src/platform/embedded-postgres.ts");
const [launcher, dataDir] = process.argv.slice(2) as [string, string];
const { startEmbeddedPostgres, defaultDataDir } = (await import(pathToFileURL(launcher).href)) as Launcher;
const startedAt = performance.now();
try {
  const server = await startEmbeddedPostgres(dataDir, { durable: true });
  const tookMs = Math.round(performance.now() - startedAt);
  console.log(JSON.stringify({ owned: server.owned, tookMs, defaultDataDir: defaultDataDir(process.cwd()) }));
  for await (const _ of process.stdin);
  await server.stop();
} catch (error) {
  console.log(JSON.stringify({ refused: (error as Error).message }));
}
