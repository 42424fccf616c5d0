// Processes the bench starts beside the node, and ends with it however it ends.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Ended with the bench, however that ends. */
export const started = new Set<ChildProcess>();

export async function startFork(file: string, args: string[], caFile = ""): Promise<ChildProcess> {
  const env = { ...process.env, ...(caFile === "" ? {} : { NODE_EXTRA_CA_CERTS: caFile }) };
  const child = fork(join(import.meta.dirname, file), args, { stdio: ["ignore", "ignore", "inherit", "ipc"], env });
  started.add(child);
  await once(child, "message");
  return child;
}
