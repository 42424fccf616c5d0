// npm run demo: two cities and an association as three nodes on this machine, with something to read on each of them.
// Everything stops with Ctrl-C; a second start goes on where the first one was left.
import "../src/platform/temporal.ts";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { defaultDataDir } from "../src/platform/embedded-postgres.ts";
import { type DemoOptions, runDemo } from "./demo/supervisor.ts";

const help = `npm run demo -- [flags]
  --fresh        start over: throw away what the demo has kept
  --port 8001    the first of the three ports, for a demo that starts over
  --folder PATH  where the demo keeps its data
`;

/** Null: only help was asked for. */
function readFlags(): DemoOptions | null {
  const { values } = parseArgs({
    options: {
      fresh: { type: "boolean", default: false },
      port: { type: "string" },
      folder: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const firstPort = values.port === undefined ? null : Number(values.port);
  if (firstPort !== null && !(Number.isInteger(firstPort) && firstPort >= 1_024 && firstPort <= 65_000)) {
    throw new Error(`--port must be a number from 1024 to 65000, not "${values.port}"`);
  }
  const projectDir = join(import.meta.dirname, "..");
  const folder = values.folder === undefined ? join(defaultDataDir(projectDir), "demo") : resolve(values.folder);
  return { isFresh: values.fresh, firstPort, folder };
}

/** Aborted by the first Ctrl-C; the second one ends this process where it stands, and the nodes notice that. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const stop = (name: string) => {
    for (const signal of signals) process.off(signal, stop);
    stopping.abort(name);
  };
  for (const signal of signals) process.on(signal, stop);
  return stopping.signal;
}

try {
  const options = readFlags();
  if (options === null) console.log(help);
  else await runDemo(options, stopSignal());
} catch (error) {
  const { message, stack } = error as Error;
  const isFault = error instanceof ReferenceError || (error instanceof TypeError && !("code" in error));
  console.error(`\nThe demo: ${isFault ? stack : message}`);
  process.exitCode = 1;
}
