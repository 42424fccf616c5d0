// The keys by which a restored node knows its own words again: those it signs with, and those that their signed history
// introduced after the backup was made.
import { createPublicKey, type KeyObject } from "node:crypto";
import { canonicalText, digestOf } from "../../src/platform/canonical.ts";
import { toMultibase, verifyDocument } from "../../src/platform/data-integrity.ts";
import type { Sql } from "../../src/platform/db.ts";
import { followKeys, isAnchored, isValidAt, type KeyHistory, keyFor, keysSubjectOf } from "../../src/records/keys.ts";
import type { ManifestRoot } from "../../src/records/manifest.ts";
import { type RecordDocument, RecordRefused, readRecord } from "../../src/records/record.ts";

export interface OwnKeys {
  /** Whether one of our institutions signed it, with a key that was valid then. */
  signed(document: RecordDocument | ManifestRoot): boolean;
  /** Goes on with the histories of our keys by what of this fits. Whatever else it is takes nothing away. */
  learn(texts: readonly string[]): void;
  /** Whether a history goes on past the key its institution has here: that key has been replaced, and the new one is lost. */
  isOutlived(publisherUri: string): boolean;
}

interface Institution {
  /** What it signs with now, by URI. */
  readonly active: Map<string, KeyObject>;
  /** What was retired in the backup has signed nothing since that is not here; whoever stole it could, with any date. */
  readonly retired: ReadonlySet<string>;
  readonly history: RecordDocument[];
  newest: string | null;
  /** What the history says: followed once for each version of it. Null where there is none that holds. */
  followed: KeyHistory | null;
}

export async function openOwnKeys(sql: Sql): Promise<OwnKeys> {
  const institutions = await readInstitutions(sql);
  return {
    signed(document) {
      const institution = institutions.get(document.publisher);
      if (institution === undefined) return false;
      if ("type" in document && document.type === "KeyRecord") {
        const text = canonicalText(document);
        return institution.history.some((one) => canonicalText(one) === text);
      }
      const { verificationMethod } = document.proof;
      if (institution.retired.has(verificationMethod)) return false;
      const at = new Date("recorded" in document ? document.recorded : document.issued);
      const key = institution.active.get(verificationMethod) ?? keyIn(institution, verificationMethod, at);
      return key !== null && isCounted(institution, verificationMethod, at) && verifyDocument({ ...document }, key);
    },
    learn(texts) {
      const offered = texts.flatMap(readOrNone);
      for (const [uri, institution] of institutions) {
        const mine = offered.filter(({ document }) => document.subject === keysSubjectOf(uri));
        while (goOn(institution, mine));
      }
    },
    isOutlived(publisherUri) {
      const institution = institutions.get(publisherUri);
      if (institution === undefined || institution.followed === null) return false;
      const { keys } = institution.followed;
      return [...institution.active.keys()].some((id) => keys.get(id)?.until !== undefined || !keys.has(id));
    },
  };
}

async function readInstitutions(sql: Sql): Promise<Map<string, Institution>> {
  const rows = await sql<{ uri: string; id: string; publicJwk: unknown }[]>`
    select actor.uri, actor.uri || '#' || fragment as id, public_jwk from actor_key join actor on actor.id = actor_id
    where actor.origin is null and algorithm = 'ed25519' and retired_at is null and actor.kind in ('organisation', 'node')`;
  const retired = await sql<{ id: string }[]>`
    select actor.uri || '#' || fragment as id from actor_key join actor on actor.id = actor_id
    where actor.origin is null and retired_at is not null`;
  const kept = await sql<{ publisherUri: string; digest: string; document: string }[]>`
    select publisher_uri, digest, document from record
    where origin is null and kind = 'keys' order by publisher_uri, epoch, version`;
  const institutions = new Map<string, Institution>();
  for (const { uri, id, publicJwk } of rows) {
    const own = kept.filter(({ publisherUri }) => publisherUri === uri);
    const institution = institutions.get(uri) ?? {
      active: new Map<string, KeyObject>(),
      retired: new Set(retired.map((key) => key.id)),
      history: own.map(({ document }) => JSON.parse(document) as RecordDocument),
      newest: own.at(-1)?.digest ?? null,
      followed: orNull(() => followKeys(own.map(({ document }) => JSON.parse(document) as RecordDocument))),
    };
    institution.active.set(id, createPublicKey({ key: publicJwk as never, format: "jwk" }));
    institutions.set(uri, institution);
  }
  return institutions;
}

interface KeyText {
  readonly digest: string;
  readonly document: RecordDocument;
}

function readOrNone(text: string): KeyText[] {
  const document = orNull(() => readRecord(text));
  return document?.type === "KeyRecord" ? [{ digest: digestOf(text), document }] : [];
}

/** @returns whether one more version was found that follows. */
function goOn(institution: Institution, offered: readonly KeyText[]): boolean {
  const { history, newest, active } = institution;
  const anchors = new Map([...active].map(([id, key]) => [id, toMultibase(key)]));
  for (const { digest, document } of offered) {
    if ((document.previous ?? null) !== newest) continue;
    const followed = orNull(() => followKeys([...history, document]));
    if (followed === null || (history.length === 0 && !isAnchored(followed, anchors))) continue;
    institution.followed = followed;
    history.push(document);
    institution.newest = digest;
    return true;
  }
  return false;
}

const keyIn = ({ followed }: Institution, id: string, at: Date): KeyObject | null =>
  followed === null ? null : keyFor(followed, id, at);

/** What the history says of a key holds also for the one that is in use here: it may have been stolen since. */
function isCounted({ followed }: Institution, id: string, at: Date): boolean {
  const named = followed?.keys.get(id);
  return named === undefined || isValidAt(named, at);
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RecordRefused) return null;
    throw error;
  }
}
