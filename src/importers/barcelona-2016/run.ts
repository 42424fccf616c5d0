// Brings Barcelona's municipal plan of 2016 into a node: everything is read before anything is written, each file is one
// transaction, and a second run changes nothing.
import type { Account } from "../../accounts/account.ts";
import { importMeetings } from "../../meetings/import-actions.ts";
import { type Sql, type Tx, withTransaction } from "../../platform/db.ts";
import { refuseUnless } from "../../platform/refusal.ts";
import type { Uris } from "../../platform/uris.ts";
import { addCategory, draftProcess, publishProcess } from "../../processes/actions.ts";
import type { Process } from "../../processes/process.ts";
import { findProcess, listCategories } from "../../processes/queries.ts";
import { importResults } from "../../results/import-actions.ts";
import {
  type CategoryPath,
  categoriesOf,
  categoryKey,
  keyOf,
  measureToResult,
  processHandle,
  processOf,
  rowToMeeting,
  sourceName,
} from "./map.ts";
import { measuresFile, meetingsFile, readMeasures, readMeetings } from "./read.ts";

export interface Progress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

export interface Imported {
  readonly process: Process;
  /** Per file: the rows in it, and how many of them are new here. */
  readonly files: readonly { readonly file: string; readonly rows: number; readonly added: number }[];
}

/**
 * The measures become results, the meetings meetings, in a process of the organisation that is opened the first time.
 * @param by an official of the node, in whose name it is done.
 * @throws WrongFile before anything is written; Refused `not-allowed`, `handle-taken`.
 */
export async function importBarcelona2016(
  { sql, uris }: { sql: Sql; uris: Uris },
  by: Account,
  {
    folder,
    organisationId,
    now,
    onProgress,
  }: { folder: string; organisationId: string; now: Date; onProgress: (progress: Progress) => void },
): Promise<Imported> {
  const [measures, meetings] = [await readMeasures(folder), await readMeetings(folder)];
  const paths = categoriesOf([...measures, ...meetings]);
  const doing = (file: string, total: number) => ({
    now,
    onProgress: (done: number) => onProgress({ file, done, total }),
  });
  const open = async (tx: Tx) => {
    const ids = await categoryIds(tx, by, paths, now);
    return { ids, process: await openProcess(tx, uris, by, organisationId, ids, now) };
  };
  const addedResults = await withTransaction(sql, async (tx) => {
    const { ids, process } = await open(tx);
    const results = measures.map((row) => measureToResult(row, ids.get(categoryKey(row)) ?? null));
    return await importResults(tx, uris, by, process, results, doing(measuresFile, measures.length));
  });
  return await withTransaction(sql, async (tx) => {
    const { ids, process } = await open(tx);
    const mapped = meetings.map((row) => rowToMeeting(row, ids.get(categoryKey(row)) ?? null));
    const added = await importMeetings(tx, uris, by, process, mapped, doing(meetingsFile, meetings.length));
    return {
      process,
      files: [
        { file: measuresFile, rows: measures.length, added: addedResults },
        { file: meetingsFile, rows: meetings.length, added },
      ],
    };
  });
}

/** The categories of the files in the city's own taxonomy, by their Catalan names; those that are missing are added. */
async function categoryIds(
  tx: Tx,
  by: Account,
  paths: readonly CategoryPath[],
  now: Date,
): Promise<Map<string, string>> {
  const known = await listCategories(tx);
  const ids = new Map<string, string>();
  for (const path of paths) {
    const parentId = path.parent === null ? null : (ids.get(keyOf({ name: path.parent, parent: null })) ?? null);
    const there = known.find((category) => category.parentId === parentId && category.name.ca === path.name);
    ids.set(keyOf(path), there?.id ?? (await addCategory(tx, by, { name: { ca: path.name }, parentId }, now)));
  }
  return ids;
}

/** @throws Refused `handle-taken` where another process of this node has the address. */
async function openProcess(
  tx: Tx,
  uris: Uris,
  by: Account,
  organisationId: string,
  ids: ReadonlyMap<string, string>,
  now: Date,
): Promise<Process> {
  const there = await findProcess(tx, uris.process(processHandle));
  refuseUnless(there === null || there.source?.name === sourceName, "handle-taken", { handle: processHandle });
  if (there !== null) return there;
  const draft = await draftProcess(tx, uris, by, processOf(organisationId, [...ids.values()]), now);
  return await publishProcess(tx, uris, by, draft.uri, now);
}
