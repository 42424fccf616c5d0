// Fedify sends deliveries with the global `fetch`, which knows nothing of our address rules. Inside `throughClient` the
// global one is the node's own guarded client; outside nothing changes. Several nodes in one process keep theirs apart.
import { AsyncLocalStorage } from "node:async_hooks";
import type { GuardedFetch } from "../../src/platform/guarded-fetch.ts";

const current = new AsyncLocalStorage<GuardedFetch>();
const original = globalThis.fetch;
let isInstalled = false;

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  globalThis.fetch = async (input, init) => {
    const client = current.getStore();
    if (client === undefined) return await original(input, init);
    const request = new Request(input, init);
    return await client.fetch(request, { redirect: request.redirect === "manual" ? "manual" : "follow" });
  };
}

/** Runs `work` so that every `fetch` it makes, however deep, goes through the guarded client. */
export function throughClient<T>(client: GuardedFetch, work: () => T): T {
  install();
  return current.run(client, work);
}
