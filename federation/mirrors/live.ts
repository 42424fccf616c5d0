// Between two looks: a notification of a thing of a server of which copies are kept brings its newest record too.
import { promiseMirror } from "../../src/mirrors/actions.ts";
import { listMirrorsOf, mirroredAmong } from "../../src/mirrors/queries.ts";
import type { Sql } from "../../src/platform/db.ts";
import { enqueue } from "../../src/platform/jobs.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { originOf } from "../../src/platform/uris.ts";
import { RecordRefused, readRecord } from "../../src/records/record.ts";
import { keysOfOwner } from "../records/keys.ts";
import type { Json } from "../vocabulary.ts";
import { takeLinked } from "./intake.ts";
import type { Mirroring } from "./mirroring.ts";
import { fetchRecord, linkedRecord } from "./reading.ts";

/** A manifest is signed some time after the thing it is about: the look that follows a notification waits for it. */
const lookAfterMs = 2 * minuteMs;
/** How far back the versions before a notified one are read; what is older comes with the next look. */
const versionsBackMax = 20;

/**
 * Promises the record of a thing that was read after a notification, and a look at the manifest a little later.
 * @param object what its own address says; null where it is there no more.
 */
export async function promiseLinked(sql: Sql, uri: string, object: Json | null, now: Date): Promise<void> {
  const scopes = await listMirrorsOf(sql, originOf(uri));
  if (scopes.length === 0) return;
  const digest = object === null ? null : linkedRecord(object, "record");
  if (digest !== null) {
    await enqueue(sql, {
      kind: "mirror-record",
      payload: { origin: originOf(uri), digest },
      key: `mirror-record:${originOf(uri)}`,
      uniqueKey: `mirror-record:${digest}`,
    });
  }
  for (const scopeUri of scopes) await promiseMirror(sql, scopeUri, new Date(+now + lookAfterMs));
}

/** The job `mirror-record`: one record, if what it belongs to is mirrored, with the versions before it that are missing. */
export async function mirrorRecord(
  at: Mirroring,
  { origin, digest }: { origin: string; digest: string },
): Promise<void> {
  if ((await at.sql`select from record where digest = ${digest}`).length > 0) return;
  const fetched = await fetchRecord(at, origin, digest);
  if (fetched === null) return;
  try {
    const { process, publisher } = readRecord(fetched.text, digest);
    const [scopeUri] = await mirroredAmong(at.sql, [process ?? publisher, publisher]);
    if (scopeUri === undefined) return;
    const keys = await keysOfOwner(at, publisher, []);
    const intake = { ...at, source: origin, keys, scope: { uri: scopeUri, publisher }, count: 0 };
    await takeLinked(intake, fetched, versionsBackMax);
  } catch (error) {
    if (!(error instanceof RecordRefused)) throw error;
  }
}
