// The private keys of this node's actors, imported once: what deliveries and requests are signed with.
import type { webcrypto } from "node:crypto";
import { keyIdsOf } from "../../src/actors/keys.ts";
import type { Pool } from "../../src/platform/db.ts";
import type { Uris } from "../../src/platform/uris.ts";
import type { Clock } from "../../src/ports.ts";
import { keyHolderOf } from "../../src/proposals/discussion-queries.ts";
import { loadKeyPairs } from "../actors.ts";

/** The keys of an actor of this node, by its handle. */
export type KeyRing = (handle: string) => Promise<webcrypto.CryptoKeyPair[]>;

const keyRingMax = 1_000;
/** How long a key may be signed with after it was replaced, by another process perhaps: what is refused then is tried again. */
const keyRingMs = 10_000;

/** Imported keys by handle: reading and importing them costs more than signing. Whether they are still the ones is asked now and then. */
export function openKeyRing(sql: Pool, clock: Clock): KeyRing {
  const ring = new Map<string, { pairs: ReturnType<KeyRing>; ids: string; at: number }>();
  return async (handle) => {
    const at = +clock.now();
    const kept = ring.get(handle);
    if (kept !== undefined && at - kept.at < keyRingMs) return await kept.pairs;
    const ids = (await keyIdsOf(sql, await keyHolderOf(sql, handle))).join();
    const pairs = kept !== undefined && kept.ids === ids ? kept.pairs : loadKeyPairs(sql, handle);
    if (ring.size >= keyRingMax) ring.delete(ring.keys().next().value!);
    ring.set(handle, { pairs, ids, at });
    const loaded = await pairs.catch((error: unknown) => {
      ring.delete(handle);
      throw error;
    });
    if (loaded.length === 0) ring.delete(handle);
    return loaded;
  };
}

/** The RSA key behind one of our key ids. */
export async function mainKey(keyPairs: KeyRing, uris: Uris, keyId: string): Promise<webcrypto.CryptoKey | null> {
  const prefix = uris.actor("");
  const [uri = ""] = keyId.split("#");
  const [rsa] = uri.startsWith(prefix) ? await keyPairs(uri.slice(prefix.length)) : [];
  return rsa?.privateKey ?? null;
}
