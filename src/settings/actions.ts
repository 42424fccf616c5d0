// The verbs of settings: change a group, take the last change back. The audit log says what was and what is.
import { type Account, holds } from "../accounts/account.ts";
import { changeOrganisation } from "../cities/actions.ts";
import type { OrganisationProfile } from "../cities/city.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { isLanguage } from "../platform/i18n.ts";
import { writeSetting } from "../platform/node-settings.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { recordAct } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { retentionFrom } from "../subjects/retention.ts";
import { keepTerms } from "./agreement-actions.ts";
import { findEarlier, getCity, readGroup } from "./queries.ts";
import { earlierKeyOf, type Group, type GroupValues, isTileTemplate, keyOf } from "./setting.ts";

/**
 * Saves one group. Nothing is written, and nothing logged, where it says what holds already.
 * @throws Refused `not-allowed` for anyone but an administrator of the node, `invalid-input` naming the field.
 */
export async function changeSettings<Name extends Group>(
  sql: Sql,
  by: Account,
  group: Name,
  values: GroupValues[Name],
  now: Date,
): Promise<void> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  checkGroup(group, values);
  await withTransaction(sql, async (tx) => {
    await tx`select from pg_advisory_xact_lock(hashtext('node settings'))`;
    const before = await readGroup(tx, group);
    const change = changeOf(before as never, values as never, Object.keys(values as object) as never[]);
    if (Object.keys(change.after ?? {}).length === 0) return;
    await writeGroup(tx, by, group, values, now);
    await writeSetting(tx, earlierKeyOf(group), { values: before, at: now.toISOString(), byId: by.id });
    await recordAct(tx, by, "settings-changed", null, { group }, now, change);
    if (group === "terms" || group === "identity") await keepTerms(tx, now);
  });
}

/**
 * Takes the last change of a group back; done twice, it is as it was.
 * @throws Refused `not-in-this-state` where it never changed.
 */
export async function undoSettings(sql: Sql, by: Account, group: Group, now: Date): Promise<void> {
  const earlier = await findEarlier(sql, group);
  refuseUnless(earlier !== null, "not-in-this-state");
  await changeSettings(sql, by, group, earlier.values as GroupValues[Group], now);
}

function checkGroup(group: Group, values: unknown): void {
  if (group === "map") {
    const { template, attribution } = values as GroupValues["map"];
    refuseUnless(template === "" || isTileTemplate(template), "invalid-input", { field: "template" });
    refuseUnless(template === "" || attribution.trim() !== "", "invalid-input", { field: "attribution" });
  }
  if (group === "retention") {
    const asked = values as GroupValues["retention"];
    const held = retentionFrom(asked);
    for (const field of ["noticeDays", "receivedDays"] as const)
      refuseUnless(held[field] === asked[field], "invalid-input", { field });
  }
  if (group === "languages") {
    const { offered } = values as GroupValues["languages"];
    refuseUnless(offered.length > 0 && offered.every(isLanguage), "invalid-input", { field: "offered" });
  }
}

async function writeGroup(tx: Tx, by: Account, group: Group, values: unknown, now: Date): Promise<void> {
  if (group === "identity") return await changeCity(tx, by, values as GroupValues["identity"], now);
  if (group === "colours") {
    const { accent, second } = values as GroupValues["colours"];
    await changeCity(tx, by, { accent }, now);
    return await writeSetting(tx, keyOf.colours, second);
  }
  if (group === "languages") {
    const { offered, timeZone } = values as GroupValues["languages"];
    const others = (await getCity(tx)).languages.filter((lang) => !isLanguage(lang));
    await changeCity(tx, by, { languages: [...offered, ...others], timeZone }, now);
    return await writeSetting(tx, keyOf.languages, offered);
  }
  await writeSetting(tx, keyOf[group], values);
}

/** What is the city's own goes by the same door as everything else about it. */
async function changeCity(tx: Tx, by: Account, change: Partial<OrganisationProfile>, now: Date): Promise<void> {
  const { actorId: _, actorUri: __, handle, kind, parentId, isMain, followersCount, ...profile } = await getCity(tx);
  await changeOrganisation(tx, by, handle, { ...profile, ...change }, now);
}
