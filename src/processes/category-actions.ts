// What the desk does with the city's categories: rename, reorder, retire, bring back, and the part of processes in a merger.
// What carries a category follows in a job of the room above, batch by batch: `category-changed`.
import { type Account, holds } from "../accounts/account.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { LanguageMap } from "../platform/text.ts";
import { recordAct } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { type DeskCategory, moved } from "./category.ts";
import { listAllCategories } from "./queries.ts";
import { vouchForProcess } from "./vouch.ts";

/**
 * Calls a category otherwise. Pages show it at once; records and the copies of other cities follow.
 * @throws Refused `not-allowed`, `not-found`, `invalid-input` without a name.
 */
export async function renameCategory(
  sql: Sql,
  by: Account,
  { id, name }: { id: string; name: LanguageMap },
  now: Date,
): Promise<void> {
  refuseUnless(Object.keys(name).length > 0, "invalid-input", { field: "name" });
  await withTransaction(sql, async (tx) => {
    const { category } = await categoriesForUpdate(tx, by, id);
    const change = changeOf({ name: inOrder(category.name) }, { name: inOrder(name) }, ["name"]);
    if (Object.keys(change.after ?? {}).length === 0) return;
    await tx`update category set name = ${tx.json(name as never)} where id = ${id}`;
    await recordAct(tx, by, "category-renamed", null, { id }, now, change);
    await promiseToCarry(tx, id, null);
  });
}

/** The database keeps them in an order of its own, which is no change of anyone's. */
const inOrder = (name: LanguageMap): LanguageMap =>
  Object.fromEntries(Object.entries(name).toSorted(([one], [other]) => (one < other ? -1 : 1)));

/** One place up or down among those beside it that are offered. The first goes no further up. */
export async function moveCategory(
  sql: Sql,
  by: Account,
  { id, direction }: { id: string; direction: "up" | "down" },
  now: Date,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { category, all } = await categoriesForUpdate(tx, by, id);
    const order = (some: readonly DeskCategory[]) => some.map(({ name }) => name);
    const beside = all.filter(({ parentId }) => parentId === category.parentId);
    const after = moved(beside, id, direction);
    for (const [position, one] of after.entries())
      await tx`update category set position = ${position} where id = ${one.id}`;
    const change = changeOf({ order: order(beside) }, { order: order(after) }, ["order"]);
    if (Object.keys(change.after ?? {}).length > 0)
      await recordAct(tx, by, "category-moved", null, { id }, now, change);
  });
}

/** It stays on what has it and is offered to nobody any more. */
export async function retireCategory(sql: Sql, by: Account, id: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { category } = await categoriesForUpdate(tx, by, id);
    if (category.retiredAt !== null) return;
    await tx`update category set retired_at = ${now} where id = ${id}`;
    await recordAct(tx, by, "category-retired", null, { id }, now, { before: { name: category.name } });
  });
}

/** It is offered again, last of those beside it. */
export async function bringBackCategory(sql: Sql, by: Account, id: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { category, all } = await categoriesForUpdate(tx, by, id);
    if (category.retiredAt === null) return;
    const last = Math.max(...all.map(({ position }) => position)) + 1;
    await tx`update category set retired_at = null, merged_into = null, position = ${last} where id = ${id}`;
    await recordAct(tx, by, "category-brought-back", null, { id }, now, { after: { name: category.name } });
  });
}

/**
 * One category goes into another: retired at once, so that nobody gives it any more; what is part of it is part of the
 * other. Processes that name it name the other; what carries it follows in a job.
 * @param moves how many things of each kind it is on, as whoever decides saw it: kept in the log.
 * @throws Refused `invalid-input` for itself, or for one that is offered no more.
 */
export async function mergeCategories(
  sql: Sql,
  by: Account,
  { id, intoId, moves }: { id: string; intoId: string; moves: Readonly<Record<string, number>> },
  now: Date,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const { category, all } = await categoriesForUpdate(tx, by, id);
    const into = all.find((one) => one.id === intoId);
    refuseUnless(into !== undefined && into.id !== id && into.retiredAt === null, "invalid-input", { field: "into" });
    // One that was part of it stands by itself from now on, and the others with it.
    const isPartOfIt = into.parentId === id;
    if (isPartOfIt) await tx`update category set parent_id = null where id = ${intoId}`;
    const root = isPartOfIt ? intoId : (into.parentId ?? intoId);
    await tx`update category set parent_id = ${root} where parent_id = ${id} and id <> ${root}`;
    await tx`update category set retired_at = ${now}, merged_into = ${intoId} where id = ${id}`;
    await tx`update category set merged_into = ${intoId} where merged_into = ${id}`;
    const change = { before: { name: category.name }, after: { name: into.name, ...moves } };
    await recordAct(tx, by, "category-merged", null, { id, into: intoId }, now, change);
    await promiseToCarry(tx, id, intoId);
  });
}

/** All in one line: what goes from one into another must be there before that one goes on into a third. */
const promiseToCarry = (tx: Tx, id: string, intoId: string | null): Promise<void> =>
  enqueue(tx, { kind: "category-changed", payload: { id, intoId, after: "" }, key: "categories" });

/** The processes that name it: their records say its new name; where it went into another, they name that one. */
export async function carryProcesses(tx: Tx, id: string, intoId: string | null, now: Date): Promise<void> {
  // Whoever edits one of them now is waited for: they may keep what it names.
  await tx`
    select from process where uri in (select process_uri from process_category where category_id = ${id})
    order by uri for no key update`;
  const rows = await tx<{ processUri: string }[]>`
    select process_uri from process_category where category_id in (${id}, ${intoId ?? id}) order by process_uri`;
  if (intoId !== null) {
    await tx`
      insert into process_category (process_uri, category_id)
      select process_uri, ${intoId} from process_category where category_id = ${id} on conflict do nothing`;
    await tx`delete from process_category where category_id = ${id}`;
  }
  for (const processUri of new Set(rows.map((row) => row.processUri))) await vouchForProcess(tx, processUri, now);
}

/** All of them, locked in one order, so that two at the desk do not undo each other. */
async function categoriesForUpdate(tx: Tx, by: Account, id: string) {
  refuseUnless(holds(by, "official"), "not-allowed");
  await tx`select from category order by id for update`;
  const all = await listAllCategories(tx);
  const category = all.find((one) => one.id === id);
  refuseUnless(category !== undefined, "not-found");
  return { category, all };
}
