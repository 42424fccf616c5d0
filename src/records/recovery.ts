// The law of a chain that is taken back from copies: which of the versions that were offered go on from the one a restored
// node still has. Pure: no SQL, no request, no clock.
import { checkFollows, type RecordDocument, RecordRefused, type Standing } from "./record.ts";

/** A record of this node that came back from a copy: its bytes, its owner and its proof hold. */
export interface OfferedRecord {
  readonly digest: string;
  readonly text: string;
  readonly document: RecordDocument;
  /** The exact bytes of its detachable part, where they came and fit. */
  readonly part: string | null;
}

export interface KeptHead {
  readonly digest: string;
  readonly epoch: number;
  readonly version: number;
  readonly standing: Standing;
}

/**
 * The versions of one thing that follow what is kept, the oldest first; none where nothing does. Of several chains the one
 * of the highest epoch, then the longest, then the one that was recorded first. Nothing follows an erasure.
 * @param known versions that are kept, by their digests.
 */
export function chainOnward(
  head: KeptHead | null,
  known: ReadonlyMap<string, number>,
  offered: readonly OfferedRecord[],
): readonly OfferedRecord[] {
  if (head?.standing === "erased") return [];
  const byDigest = new Map(offered.filter(({ digest }) => !known.has(digest)).map((one) => [one.digest, one]));
  let best: readonly OfferedRecord[] = [];
  for (const tip of byDigest.values()) {
    const chain = pastOf(tip, byDigest);
    if (holds(chain, head, known) && isBetter(chain, best)) best = chain;
  }
  return best;
}

/** A record with those before it that were offered, the oldest first. */
function pastOf(tip: OfferedRecord, byDigest: ReadonlyMap<string, OfferedRecord>): OfferedRecord[] {
  const chain = [tip];
  for (let before = previousOf(tip, byDigest); before !== undefined; before = previousOf(before, byDigest)) {
    chain.push(before);
  }
  return chain.reverse();
}

const previousOf = ({ document }: OfferedRecord, byDigest: ReadonlyMap<string, OfferedRecord>) =>
  document.previous === undefined ? undefined : byDigest.get(document.previous);

function holds(chain: readonly OfferedRecord[], head: KeptHead | null, known: ReadonlyMap<string, number>): boolean {
  let at = head;
  let versions: Pick<ReadonlyMap<string, number>, "get"> = known;
  try {
    for (const { digest, document } of chain) {
      const { previous, version, epoch, standing } = document;
      if (at?.standing === "erased") return false;
      checkFollows(document, at);
      if (previous !== undefined && versions.get(previous) !== version - 1) return false;
      // Without what it was made of, a later beginning is none.
      if (previous === undefined && at !== null) return false;
      at = { digest, epoch, version, standing };
      versions = new Map([[digest, version]]);
    }
    return true;
  } catch (error) {
    if (error instanceof RecordRefused) return false;
    throw error;
  }
}

function isBetter(chain: readonly OfferedRecord[], best: readonly OfferedRecord[]): boolean {
  const [one, other] = [chain.at(-1)!.document, best.at(-1)?.document];
  if (other === undefined) return true;
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  if (one.version !== other.version) return one.version > other.version;
  if (one.recorded !== other.recorded) return one.recorded < other.recorded;
  return chain.at(-1)!.digest < best.at(-1)!.digest;
}
