// Actors and keys kept in memory for a while, since every signed activity asks for one. Bounded in number and size.
import type { JsonObject } from "./shape.ts";

export interface Document {
  readonly url: URL;
  readonly json: JsonObject;
}

export const cacheLimits = {
  documentsMax: 2_000,
  /** Of JSON text, all documents together. */
  bytesMax: 16_000_000,
  keptMs: 60 * 60 * 1000,
  /** Between two refreshes of one address. */
  forgetMs: 60_000,
} as const;

interface Entry {
  readonly document: Document;
  readonly bytes: number;
  readonly until: number;
}

/** Least recently used first out; a Map keeps the order of insertion. */
export class DocumentCache {
  readonly #entries = new Map<string, Entry>();
  /** When each address was last let go of. */
  readonly #forgotten = new Map<string, number>();
  readonly #now: () => number;
  #bytes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get(url: string): Document | null {
    const entry = this.#entries.get(url);
    if (!entry) return null;
    this.#entries.delete(url);
    if (entry.until < this.#now()) {
      this.#bytes -= entry.bytes;
      return null;
    }
    this.#entries.set(url, entry);
    return entry.document;
  }

  set(url: string, document: Document): void {
    this.#remove(url);
    const bytes = JSON.stringify(document.json).length;
    this.#entries.set(url, { document, bytes, until: this.#now() + cacheLimits.keptMs });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= cacheLimits.documentsMax && this.#bytes <= cacheLimits.bytesMax) break;
      this.#remove(oldest);
    }
  }

  forget(url: string): boolean {
    if (!this.#entries.has(url)) return false;
    const last = this.#forgotten.get(url);
    if (last !== undefined && this.#now() - last < cacheLimits.forgetMs) return false;
    this.#forgotten.delete(url);
    this.#forgotten.set(url, this.#now());
    for (const [oldest, at] of this.#forgotten) {
      if (this.#forgotten.size <= cacheLimits.documentsMax && this.#now() - at < cacheLimits.forgetMs) break;
      this.#forgotten.delete(oldest);
    }
    this.#remove(url);
    return true;
  }

  get size(): { readonly documents: number; readonly bytes: number } {
    return { documents: this.#entries.size, bytes: this.#bytes };
  }

  #remove(url: string): void {
    const entry = this.#entries.get(url);
    if (!entry) return;
    this.#entries.delete(url);
    this.#bytes -= entry.bytes;
  }
}
