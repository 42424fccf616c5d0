// How fast records are signed, checked and mirrored: a second node keeps a whole copy of processes of the first one, and its
// memory stays as it is however large they are.
import { createPublicKey } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { keepCopy } from "../src/mirrors/actions.ts";
import { findMirror } from "../src/mirrors/queries.ts";
import { verifyDocument } from "../src/platform/data-integrity.ts";
import { withTransaction } from "../src/platform/db.ts";
import { writeRecords } from "../src/records/actions.ts";
import { findManifest } from "../src/records/manifest-queries.ts";
import { findHead } from "../src/records/queries.ts";
import { type Json, type RecordDraft, readRecord } from "../src/records/record.ts";
import { signerOf } from "../src/records/signing.ts";
import { type KoinonNode, startKoinon } from "./koinon-node.ts";
import { measured, residentMbOf, until } from "./measure.ts";
import { each, report } from "./report.ts";
import { ports, size } from "./size.ts";

const recordsPerTransaction = 2_000;
const verifiedCount = 4_000;

export async function benchMirror(origin: KoinonNode, { dir, caFile }: { dir: string; caFile: string }): Promise<void> {
  await using copy = await startKoinon({ port: ports.mirror, dir, peers: [origin.origin], caFile });
  let smallest: number | null = null;
  for (const total of size.records) {
    const scopeUri = await fillRecords(origin, total);
    const isLast = total === size.records.at(-1);
    if (isLast) await benchVerifying(origin, scopeUri);
    const peak = await mirror(copy, scopeUri, total, isLast);
    smallest ??= peak;
    report({
      what: `peak memory of the mirroring node, ${total} records`,
      ours: `${peak} MB`,
      baseline: `${smallest} MB at ${size.records[0]}`,
      ratio: peak / smallest,
      floor: isLast ? { most: 1.5 } : null,
    });
  }
}

async function mirror(copy: KoinonNode, scopeUri: string, total: number, isLast: boolean): Promise<number> {
  const { sql, uris } = copy.instance;
  let peak = 0;
  const time = await measured([copy.pid, copy.databasePid], async () => {
    const wanted = { scopeUri, kind: "process", ownOrigin: uris.origin } as const;
    await keepCopy(sql, copy.administrator, wanted, new Date());
    for (;;) {
      peak = Math.max(peak, residentMbOf(copy.pid));
      const mirror = await findMirror(sql, scopeUri);
      if (mirror?.state === "kept") return total;
      if (mirror?.error) throw new Error(`the copy ended with ${mirror.error}: ${mirror.errorDetail}`);
      await sleep(100);
    }
  });
  report({
    what: `records mirrored, ${total} of one process`,
    ours: each(time),
    baseline: "promise 2000/s",
    ratio: time.perSecond / 2_000,
    floor: isLast ? { least: 1 } : null,
  });
  return peak;
}

/** A process of so many records, most of them proposals, written and signed as a node does it; waits for its manifest. */
async function fillRecords(node: KoinonNode, total: number): Promise<string> {
  const { sql, uris } = node.instance;
  const now = new Date();
  const head = await findHead(sql, node.process.uri);
  const { data, publisher } = JSON.parse(head!.document) as { data: Json; publisher: string };
  const scopeUri = uris.at(`/processes/of-${total}`);
  const opening: RecordDraft = {
    kind: "process",
    subject: scopeUri,
    process: scopeUri,
    publisher,
    data: { ...data, url: scopeUri, handle: `of-${total}`, actor: uris.actor(`of-${total}`) },
    part: null,
  };
  await withTransaction(sql, (tx) => writeRecords(tx, [opening], now));
  const time = await measured([process.pid, node.databasePid], async () => {
    for (let from = 0; from < total; from += recordsPerTransaction) {
      const drafts = Array.from({ length: Math.min(recordsPerTransaction, total - from) }, (_, at) =>
        proposalOf(scopeUri, publisher, from + at, now),
      );
      await withTransaction(sql, (tx) => writeRecords(tx, drafts, now));
    }
    return total;
  });
  report({ what: `records signed and kept, ${total}`, ours: each(time), baseline: "", ratio: null, floor: null });
  await until("the manifest", async () => {
    const manifest = await findManifest(sql, scopeUri);
    return manifest !== null && (JSON.parse(manifest.document) as { count: number }).count > total;
  });
  return scopeUri;
}

function proposalOf(scopeUri: string, publisher: string, number: number, now: Date): RecordDraft {
  const subject = `${scopeUri}/proposals/${number}`;
  const text = `Number ${number}. We would like a **bench** here, since many people pass by on foot and there is none within 300 metres.

It should stand in the shade of the plane trees, and be long enough for four.`;
  return {
    kind: "proposal",
    subject,
    process: scopeUri,
    publisher,
    data: {
      url: subject,
      state: "published",
      category: "Streets",
      language: "en",
      published: now.toISOString(),
      updated: now.toISOString(),
    },
    part: {
      title: `A bench at corner ${number}`,
      text,
      author: { name: `Resident ${number}` },
      address: "Calle Mayor",
      geometry: { type: "Point", coordinates: [2.1 + (number % 1_000) / 10_000, 41.3] },
      media: [],
    },
  };
}

/** On one core, in this process: reading, canonical bytes and proof. */
async function benchVerifying(node: KoinonNode, scopeUri: string): Promise<void> {
  const { sql } = node.instance;
  const rows = await sql<{ document: string; publisherUri: string }[]>`
    select document, publisher_uri from record where process_uri = ${scopeUri} limit ${verifiedCount}`;
  const signer = await withTransaction(sql, (tx) => signerOf(tx, rows[0]!.publisherUri));
  const key = createPublicKey(signer.key);
  const time = await measured([process.pid], async () => {
    for (const { document } of rows) {
      if (!verifyDocument({ ...readRecord(document) }, key)) throw new Error("a record of our own does not hold");
    }
    return rows.length;
  });
  report({ what: "records read and verified, on one core", ours: each(time), baseline: "", ratio: null, floor: null });
}
