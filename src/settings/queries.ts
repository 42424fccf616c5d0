// What the administrators of this node have decided, group by group, and what it was before.
import type { Organisation } from "../cities/city.ts";
import { findMainOrganisation } from "../cities/queries.ts";
import type { Sql } from "../platform/db.ts";
import { isLanguage, type Language, languages } from "../platform/i18n.ts";
import { readSetting, readSettings } from "../platform/node-settings.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { retentionFrom } from "../subjects/retention.ts";
import {
  type Contact,
  earlierKeyOf,
  type Group,
  type GroupValues,
  keyOf,
  type MapSource,
  noContact,
  noMap,
  noText,
  type OwnText,
  offeredFrom,
  type TextName,
} from "./setting.ts";

/** The city of this node. @throws Refused `not-found` before it was founded. */
export async function getCity(sql: Sql): Promise<Organisation> {
  const city = await findMainOrganisation(sql);
  refuseUnless(city !== null, "not-found");
  return city;
}

/** What holds in a group now. */
export async function readGroup<Name extends Group>(sql: Sql, group: Name): Promise<GroupValues[Name]> {
  const city = ["identity", "colours", "languages"].includes(group) ? await getCity(sql) : null;
  const kept = group === "identity" ? null : await readSetting(sql, keyOf[group as Exclude<Group, "identity">]);
  return groupFrom(group, city, kept) as GroupValues[Name];
}

function groupFrom(group: Group, city: Organisation | null, kept: unknown): GroupValues[Group] {
  if (group === "identity") {
    const { name, tagline, description, logo } = city!;
    return { name, tagline, description, logo };
  }
  if (group === "colours") return { accent: city!.accent, second: typeof kept === "string" ? kept : null };
  if (group === "languages") return { offered: offeredFrom(kept) ?? offeredByAll(city!), timeZone: city!.timeZone };
  if (group === "retention") return retentionFrom(kept);
  const values = (kept ?? {}) as object;
  if (group === "contact") return { ...noContact, ...values } as Contact;
  if (group === "map") return { ...noMap, ...values } as MapSource;
  return { ...noText, ...values } as OwnText;
}

/** Where nobody chose: every language of the interface, the city's own first. */
function offeredByAll(city: Organisation): readonly Language[] {
  const first = city.languages.find(isLanguage) ?? "en";
  return [first, ...languages.filter((lang) => lang !== first)];
}

export interface Earlier {
  readonly values: unknown;
  readonly at: Date;
  readonly by: string;
}

/** What a group was before its last change; null where it never changed. */
export async function findEarlier(sql: Sql, group: Group): Promise<Earlier | null> {
  const kept = (await readSetting(sql, earlierKeyOf(group))) as { values: unknown; at: string; byId: string } | null;
  if (kept === null) return null;
  const [by] = await sql<{ name: string }[]>`select name from account where id = ${kept.byId}`;
  return { values: kept.values, at: new Date(kept.at), by: by?.name ?? "" };
}

/** What every page needs to know of the settings: read often, in one go. */
export interface PageSettings {
  readonly second: string | null;
  readonly offered: readonly Language[] | null;
  readonly map: MapSource | null;
}

export async function readPageSettings(sql: Sql): Promise<PageSettings> {
  const kept = await readSettings(sql, [keyOf.colours, keyOf.languages, keyOf.map]);
  const second = kept[keyOf.colours];
  const map = { ...noMap, ...(kept[keyOf.map] as Partial<MapSource> | undefined) };
  return {
    second: typeof second === "string" ? second : null,
    offered: offeredFrom(kept[keyOf.languages]),
    map: map.template === "" ? null : map,
  };
}

/** A text as its readers see it, and what the usual one is made from. */
export async function readText(sql: Sql, name: TextName) {
  const [own, contact, retention, map] = await Promise.all([
    readGroup(sql, name),
    readGroup(sql, "contact"),
    readGroup(sql, "retention"),
    readGroup(sql, "map"),
  ]);
  return { own, contact, retention, map };
}

/** How many of each, for the line that says how things stand. */
export interface Counts {
  readonly methodsOn: number;
  readonly blocked: number;
  readonly limited: number;
  readonly officers: number;
  readonly organisations: number;
  readonly ownTexts: readonly string[];
}

export async function readCounts(sql: Sql): Promise<Counts> {
  const [row] = await sql<Counts[]>`
    select
      (select count(*)::int from residence_method where is_on) as methods_on,
      (select count(*)::int from peer where policy = 'blocked') as blocked,
      (select count(*)::int from peer where policy = 'limited') as limited,
      (select count(distinct account_id)::int from role_grant) as officers,
      (select count(*)::int from organisation join actor on actor.id = actor_id where gone_at is null) as organisations,
      array(select key from node_setting where key like 'text-%' and value->'texts' <> '{}') as own_texts`;
  return row!;
}
