// What stands in a process, from another system, in bulk: public at once, readable by every server, and told to no one one by one.
import { type Account, holds } from "../accounts/account.ts";
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { noteCount } from "../records/tally-actions.ts";
import { recordAct } from "../subjects/actions.ts";
import type { Process } from "./process.ts";

interface Imported {
  readonly title: string;
  readonly language: string;
  readonly source: { readonly id: string; readonly name: string };
}

export interface NewRow<Thing> {
  readonly uri: string;
  readonly id: string;
  readonly thing: Thing;
}

/** What the room of the things does. */
export interface ImportRoom<Thing> {
  readonly kind: "meeting" | "result";
  readonly uriOf: (id: string) => string;
  /** @throws Refused for what may not stand there. */
  readonly check: (thing: Thing) => void;
  /** By their ids in the source, those the process has already. */
  readonly listKnown: (sourceName: string) => Promise<ReadonlySet<string>>;
  /** Writes its own rows; their subjects are there. */
  readonly insert: (rows: readonly NewRow<Thing>[]) => Promise<unknown>;
  readonly vouch: (uris: readonly string[]) => Promise<void>;
}

export interface Import<Thing> {
  readonly by: Account;
  readonly process: Process;
  readonly things: readonly Thing[];
  readonly now: Date;
  /** Called with the number of new ones written so far. */
  readonly onProgress: (written: number) => void;
}

/** Rows written by one statement. */
const rowsPerInsert = 250;

/**
 * Enters things of one source that the process does not have yet; those it has stay as they are, whatever was changed here
 * since. They become public now, in the voice of the process's organisation, without an event.
 * @returns how many are new.
 * @throws Refused `not-allowed`, and whatever `room.check` refuses.
 */
export async function importThings<Thing extends Imported>(
  tx: Tx,
  { by, process, things, now, onProgress }: Import<Thing>,
  room: ImportRoom<Thing>,
): Promise<number> {
  refuseUnless(process.origin === null && holds(by, "official", process.uri), "not-allowed");
  const [first] = things;
  if (first === undefined) return 0;
  for (const thing of things) room.check(thing);
  await tx`select from process where uri = ${process.uri} for update`;
  const known = await room.listKnown(first.source.name);
  const fresh = things.filter(({ source }) => !known.has(source.id));
  for (let at = 0; at < fresh.length; at += rowsPerInsert) {
    const rows = fresh.slice(at, at + rowsPerInsert).map((thing): NewRow<Thing> => {
      const id = newId(now);
      return { uri: room.uriOf(id), id, thing };
    });
    await enterSubjects(tx, process, room.kind, rows, now);
    await room.insert(rows);
    await room.vouch(rows.map(({ uri }) => uri));
    onProgress(at + rows.length);
  }
  if (fresh.length === 0) return 0;
  const count = tx(`${room.kind}_count`);
  await tx`update process set ${count} = ${count} + ${fresh.length} where uri = ${process.uri}`;
  await noteCount(tx, process.uri);
  const detail = { source: first.source.name, count: fresh.length };
  await recordAct(tx, by, `${room.kind}s-imported`, process.uri, detail, now, { after: { count: fresh.length } });
  return fresh.length;
}

const enterSubjects = (
  tx: Tx,
  process: Process,
  kind: "meeting" | "result",
  rows: readonly NewRow<Imported>[],
  now: Date,
) => tx`
  insert into subject ${tx(
    rows.map(({ uri, id, thing: { title, language } }) => ({
      ...{ uri, id, kind, url: uri, title, language, processUri: process.uri, publishedAt: now, updatedAt: now },
      authorId: process.organisationId,
      authorName: process.organisationName ?? "",
    })),
  )}`;
