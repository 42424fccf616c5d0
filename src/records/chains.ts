// The chains of a heap of records that come in any order: each version after the one before. Pure: no SQL, no request, no clock.
import { checkFollows, type RecordDocument } from "./record.ts";

interface Head {
  readonly digest: string;
  readonly epoch: number;
  readonly version: number;
}

/** The newest version of each thing so far. Memory grows by the things, and by what came too early. */
export class Chains {
  readonly #heads = new Map<string, Head>();
  /** Those that came before the version they follow. */
  readonly #waiting = new Map<string, { document: RecordDocument; digest: string }[]>();
  /** Epochs of what a stolen key signed after it was stolen, by thing. */
  readonly #discounted = new Map<string, number[]>();

  /** How many things there are. */
  get size(): number {
    return this.#heads.size;
  }

  /** A version whose chain is not at hand. */
  begin({ subject, epoch, version }: RecordDocument, digest: string): void {
    this.#heads.set(subject, { digest, epoch, version });
  }

  /** @throws RecordRefused for a version that does not follow; one that comes too early waits. */
  place(document: RecordDocument, digest: string): void {
    const { subject, epoch, version } = document;
    const head = this.#heads.get(subject) ?? null;
    const isEarly = version > (head?.version ?? 0) + 1 && (head === null || epoch === head.epoch);
    if (isEarly) {
      const waiting = this.#waiting.get(subject) ?? [];
      if (waiting.push({ document, digest }) === 1) this.#waiting.set(subject, waiting);
      return;
    }
    this.#follow(document, digest);
  }

  /** Everything has come. @param attempt calls what it is given, and notes of which thing it is refused. */
  placeWaiting(attempt: (subject: string, place: () => void) => void): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const [subject, copies] of all) {
      copies.sort(({ document: one }, { document: other }) => one.epoch - other.epoch || one.version - other.version);
      for (const { document, digest } of copies) attempt(subject, () => this.#follow(document, digest));
    }
  }

  #follow(document: RecordDocument, digest: string): void {
    checkFollows(document, this.#heads.get(document.subject) ?? null);
    this.begin(document, digest);
  }

  /** What a stolen key signed has no place in the chain. */
  discount({ subject, epoch }: RecordDocument): void {
    const epochs = this.#discounted.get(subject) ?? [];
    if (epochs.push(epoch) === 1) this.#discounted.set(subject, epochs);
  }

  /** What a stolen key signed has to have been replaced under a higher epoch. @returns how many were, and the things where not. */
  judgeDiscounted(): { readonly replaced: number; readonly standing: readonly string[] } {
    let replaced = 0;
    const standing: string[] = [];
    for (const [subject, epochs] of this.#discounted) {
      const epoch = this.#heads.get(subject)?.epoch ?? 0;
      const left = epochs.filter((one) => one >= epoch);
      replaced += epochs.length - left.length;
      if (left.length > 0) standing.push(subject);
    }
    return { replaced, standing };
  }
}
