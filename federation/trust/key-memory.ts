// Where Fedify keeps the keys it has looked up for signatures in a body, and its failures to: in memory, bounded. Anyone can
// make it look for one, signed or not, so none of that may fill a table; all of it can be fetched again.
import type { KvKey, KvStore, KvStoreListEntry, KvStoreSetOptions } from "@fedify/fedify";

export const keyMemoryLimits = {
  entriesMax: 2_000,
  /** Of JSON text, one value; the answer of a server that has no such key can be as long as it likes. */
  bytesMax: 16_000,
  keptMs: 60 * 60 * 1000,
} as const;

interface Entry {
  readonly value: unknown;
  readonly until: number;
}

/** Keeps values under `["_fedify", "publicKey", …]` in memory, the least recently set forgotten first; all others in `store`. */
export class KeyMemory implements KvStore {
  readonly #store: Required<Pick<KvStore, "cas">> & KvStore;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(store: Required<Pick<KvStore, "cas">> & KvStore, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#now = now;
  }

  async get<T = unknown>(key: KvKey): Promise<T | undefined> {
    if (!isOfKeys(key)) return await this.#store.get<T>(key);
    const entry = this.#entries.get(nameOf(key));
    if (entry === undefined || entry.until < this.#now()) return undefined;
    return structuredClone(entry.value) as T;
  }

  async set(key: KvKey, value: unknown, options: KvStoreSetOptions = {}): Promise<void> {
    if (!isOfKeys(key)) return await this.#store.set(key, value, options);
    const name = nameOf(key);
    this.#entries.delete(name);
    if (value === undefined || JSON.stringify(value).length > keyMemoryLimits.bytesMax) return;
    const keptMs = Math.min(options.ttl?.total("milliseconds") ?? keyMemoryLimits.keptMs, keyMemoryLimits.keptMs);
    this.#entries.set(name, { value: structuredClone(value), until: this.#now() + keptMs });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= keyMemoryLimits.entriesMax) break;
      this.#entries.delete(oldest);
    }
  }

  async delete(key: KvKey): Promise<void> {
    if (isOfKeys(key)) this.#entries.delete(nameOf(key));
    else await this.#store.delete(key);
  }

  async cas(key: KvKey, expected: unknown, next: unknown, options: KvStoreSetOptions = {}): Promise<boolean> {
    return await this.#store.cas(key, expected, next, options);
  }

  list(prefix?: KvKey): AsyncIterable<KvStoreListEntry> {
    return this.#store.list(prefix);
  }

  get size(): number {
    return this.#entries.size;
  }
}

const isOfKeys = (key: KvKey): boolean => key[0] === "_fedify" && key[1] === "publicKey";
const nameOf = (key: KvKey): string => JSON.stringify(key);
