// One node, from its settings to its end. What it consists of is put together in instance.ts.
import "./platform/own-names.ts";
import "./platform/temporal.ts";
import { getLogger } from "@logtape/logtape";
import { configOfThisProcess } from "./config.ts";
import { openInstance } from "./instance.ts";
import { listen } from "./platform/listen.ts";
import { configureLog, withoutSecrets } from "./platform/log.ts";

const log = getLogger(["koinon"]);

/** Aborted by the first SIGTERM or SIGINT; the second one ends the process where it stands. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  const stop = (name: string) => {
    process.off("SIGTERM", stop).off("SIGINT", stop);
    stopping.abort(name);
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  return stopping.signal;
}

async function run(): Promise<void> {
  const config = configOfThisProcess();
  configureLog({ lowestLevel: config.logLevel });
  const stop = stopSignal();
  await using instance = await openInstance(config);
  const listening = config.role === "worker" ? null : await listen(instance.fetch, config);
  const working = config.role === "web" ? null : instance.startWorkers(stop);
  const { origin, host, port, role } = config;
  log.info("{origin} is open on {host}, port {port} (role {role})", { origin, host, port, role });
  if (!stop.aborted) await new Promise((done) => stop.addEventListener("abort", done, { once: true }));
  log.info("Stopping on {signal}: finishing what is under way", { signal: stop.reason });
  await Promise.all([listening?.close(), working]);
}

await run().catch((error: Error) => {
  const isFault = error instanceof TypeError || error instanceof ReferenceError;
  console.error(`Koinon: ${withoutSecrets((isFault ? error.stack : undefined) ?? error.message)}`);
  process.exitCode = 1;
});
