// How a process begins and how a draft ends: made from a template or from another process of ours, given up.
import { type Account, holds } from "../accounts/account.ts";
import { handleFrom, handleLengthMax } from "../actors/actor.ts";
import { isStillReferred, type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { Refused, refuseUnless } from "../platform/refusal.ts";
import { pickText } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { recordAct } from "../subjects/actions.ts";
import { draftProcess, type NewProcess, processForUpdate } from "./actions.ts";
import type { PhasePlan, Process } from "./process.ts";
import { listCategories } from "./queries.ts";
import { datesOf } from "./relative-plan.ts";
import type { ProcessTemplate } from "./template.ts";

const handlesTriedMax = 50;

/**
 * Drafts a process under the first free handle made from `handle`: `squares`, `squares-2`, …
 * @throws Refused whatever {@link draftProcess} refuses, `handle-taken` when all those tried are.
 */
export async function draftUnderFreeHandle(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: NewProcess,
  now: Date,
): Promise<Process> {
  const base = handleFrom(input.handle) || "process";
  for (let number = 1; ; number += 1) {
    const tail = number === 1 ? "" : `-${number}`;
    const handle = `${base.slice(0, handleLengthMax - tail.length).replace(/-+$/, "")}${tail}`;
    try {
      return await draftProcess(sql, uris, by, { ...input, handle }, now);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "handle-taken" || number === handlesTriedMax) throw error;
    }
  }
}

export interface TemplateUse {
  readonly organisationId: string;
  /** The first day of the plan, `2026-03-01`. */
  readonly startsOn: string;
  readonly timeZone: string;
  /** The language that is written in first, where the template has it. */
  readonly lang: string;
  /** Empty: the template's. */
  readonly title: string;
}

/**
 * Drafts a process from a template, all of it or nothing. Categories are those of the city that have the same name.
 * @returns also the names of the categories the city does not have.
 * @throws Refused `not-allowed`, `invalid-input` for a first day that is none.
 */
export async function draftFromTemplate(
  sql: Sql,
  uris: Uris,
  by: Account,
  template: ProcessTemplate,
  { organisationId, startsOn, timeZone, lang, title: ownTitle }: TemplateUse,
  now: Date,
): Promise<{ process: Process; categoriesUnknown: string[] }> {
  const phases = template.phases.map(({ afterDays, lastsDays, ...phase }): PhasePlan => {
    const dates = datesOf(startsOn, { afterDays, lastsDays }, timeZone);
    refuseUnless(dates !== null, "invalid-input", { field: "startsOn" });
    return { ...phase, ...dates };
  });
  const ours = await listCategories(sql);
  const namesOf = (name: Readonly<Record<string, string>>) => Object.values(name).map((text) => text.toLowerCase());
  const matched = template.categories.map((name) => {
    const wanted = namesOf(name);
    return ours.find((one) => namesOf(one.name).some((text) => wanted.includes(text)))?.id ?? null;
  });
  const title = ownTitle === "" ? template.title : { [lang]: ownTitle };
  const { slug, categories, ...texts } = template;
  const process = await draftUnderFreeHandle(
    sql,
    uris,
    by,
    {
      ...texts,
      title,
      phases,
      organisationId,
      handle: ownTitle || slug || pickText(title, "en", lang).text,
      languages: [lang, ...Object.keys(title)].filter((tag, at, all) => title[tag] && all.indexOf(tag) === at),
      categoryIds: [...new Set(matched.filter((id) => id !== null))],
      ...{ pilotArea: "", pilotGeojson: null, image: null, imageAlt: "" },
    },
    now,
  );
  const categoriesUnknown = categories.filter((_, at) => matched[at] === null).map((name) => pickText(name, lang).text);
  return { process, categoriesUnknown };
}

/**
 * Gives up a draft: nothing of it stays but the line in the audit log, and its handle is free again.
 * @throws Refused `not-allowed`, `not-in-this-state` once it is public or something was made in it.
 */
export async function deleteDraft(sql: Sql, by: Account, uri: string, now: Date): Promise<void> {
  refuseUnless(holds(by, "official", uri), "not-allowed");
  try {
    await withTransaction(sql, (tx) => removeDraft(tx, by, uri, now));
  } catch (error) {
    // Something of a room above was made in it meanwhile.
    throw isStillReferred(error) ? new Refused("not-in-this-state", {}, { cause: error }) : error;
  }
}

async function removeDraft(tx: Tx, by: Account, uri: string, now: Date): Promise<void> {
  const process = await processForUpdate(tx, uri);
  refuseUnless(process.publishedAt === null, "not-in-this-state");
  const others = await tx`select from subject where process_uri = ${uri} and uri <> ${uri} limit 1`;
  refuseUnless(others.length === 0, "not-in-this-state");
  await tx`delete from phase where process_uri = ${uri}`;
  await tx`delete from process_category where process_uri = ${uri}`;
  await tx`delete from process_document where process_uri = ${uri}`;
  await tx`delete from derivation where subject_uri = ${uri}`;
  await tx`delete from role_grant where process_uri = ${uri}`;
  await tx`delete from process where uri = ${uri}`;
  await recordAct(tx, by, "process-draft-deleted", uri, { handle: process.handle }, now);
  await tx`delete from subject where uri = ${uri}`;
}
