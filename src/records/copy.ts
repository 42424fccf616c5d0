// The law of copied chains: what may follow what, and what gives way. Pure: no SQL, no request, no clock.
import { checkFollows, type RecordDocument, RecordRefused, type Standing } from "./record.ts";

export type CopyTrust = "verified" | "vouched";

/** A record of another node whose bytes, owner and proof hold. */
export interface CheckedCopy {
  readonly digest: string;
  readonly text: string;
  readonly document: RecordDocument;
  readonly trust: CopyTrust;
  /** The exact bytes of its detachable part, where they came and fit. */
  readonly part: string | null;
}

export interface CopyHead {
  readonly digest: string;
  readonly epoch: number;
  readonly version: number;
  readonly standing: Standing;
  readonly trust: CopyTrust;
}

/** One thing's chain while a batch is taken: as it is kept, and what the batch adds. */
export interface Chain {
  head: CopyHead | null;
  /** Versions from this one on were only vouched for, and gave way to what can be checked. */
  droppedFrom: number | null;
  /** A record that can be checked follows what was vouched for, and so vouches for all of it by its digest. */
  isUpgraded: boolean;
  /** Records of this thing that a later one may name as the one before it: version by digest. */
  readonly versions: Map<string, number>;
  readonly fresh: CheckedCopy[];
}

export const openChain = (head: CopyHead | null): Chain => ({
  head,
  droppedFrom: null,
  isUpgraded: false,
  versions: new Map(head === null ? [] : [[head.digest, head.version]]),
  fresh: [],
});

/**
 * Puts a record at the end of its chain.
 *
 * A restored node begins a higher epoch: its chain may go on from any version that is known here. Nothing follows an
 * erasure, in whatever epoch. What is only vouched for never goes on from, or takes the place of, what was checked;
 * what was checked takes the place of what was only vouched for.
 *
 * @throws RecordRefused `fork`, `gap`, `older`, `wrong-key`.
 */
export function placeInChain(chain: Chain, copy: CheckedCopy): void {
  const { document, digest, trust } = copy;
  if (chain.head !== null && chain.head.trust === "vouched" && trust === "verified") giveWay(chain, document);
  const { head } = chain;
  if (head !== null) {
    if (head.standing === "erased") throw new RecordRefused("older", "it comes after an erasure");
    if (head.trust === "verified" && trust === "vouched") {
      throw new RecordRefused("wrong-key", "its key is only vouched for, and its chain was checked");
    }
  }
  checkFollows(document, head);
  const { previous, version, epoch } = document;
  if (previous !== undefined && chain.versions.get(previous) !== version - 1) {
    throw new RecordRefused("gap", `the version before it is not known here`);
  }
  chain.isUpgraded ||= head !== null && head.trust === "vouched" && trust === "verified";
  chain.head = { digest, epoch, version, standing: document.standing, trust };
  chain.versions.set(digest, version);
  chain.fresh.push(copy);
}

/** Makes room for a record that can be checked where what is kept is not its past. */
function giveWay(chain: Chain, document: RecordDocument): void {
  const { head } = chain;
  if (head === null || document.previous === head.digest) return;
  const isKnownPast = document.previous !== undefined && chain.versions.get(document.previous) === document.version - 1;
  if (document.version !== 1 && !isKnownPast) return;
  chain.droppedFrom = document.version;
  chain.fresh.splice(0, chain.fresh.length, ...chain.fresh.filter((one) => one.document.version < document.version));
  for (const [digest, version] of chain.versions) if (version >= document.version) chain.versions.delete(digest);
  chain.head =
    document.version === 1
      ? null
      : { ...head, digest: document.previous!, version: document.version - 1, standing: "shown" };
}

/** The newest record of a chain if the batch changed it. */
export const changedHead = (chain: Chain): CheckedCopy | null => chain.fresh.at(-1) ?? null;
