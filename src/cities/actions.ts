// The verbs of organisations: found the city, open a district or an association, change what it says of itself.
import { type Account, holds } from "../accounts/account.ts";
import { describeActor, openActor } from "../actors/actions.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { pickText } from "../platform/text.ts";
import type { Uris } from "../platform/uris.ts";
import { recordAct } from "../subjects/actions.ts";
import { changeOf } from "../subjects/change.ts";
import { checkProfile, type Organisation, type OrganisationKind, type OrganisationProfile } from "./city.ts";
import { findMainOrganisation, findOrganisation } from "./queries.ts";

export interface NewOrganisation extends OrganisationProfile {
  readonly handle: string;
  readonly kind: OrganisationKind;
}

/**
 * Founds the node: its own actor, the voice of its residents on other nodes, and the city. Done once, at set-up.
 * @throws Refused `already-exists` when there is a city, `handle-invalid`, `handle-taken`, `invalid-input`.
 */
export async function foundCity(sql: Sql, uris: Uris, input: NewOrganisation, now: Date): Promise<Organisation> {
  return await withTransaction(sql, async (tx) => {
    refuseUnless((await findMainOrganisation(tx)) === null, "already-exists");
    const name = pickText(input.name, ...input.languages).text;
    await openActor(tx, uris, { kind: "node", handle: uris.host, name: uris.host, url: uris.at("/") }, now);
    await openActor(tx, uris, { kind: "residents", handle: "residents", name, url: uris.at("/") }, now);
    return await insertOrganisation(tx, uris, { ...input, isMain: true, parentId: null }, now);
  });
}

/** Opens a district or an association on this node, with its own handle and followers. */
export async function openOrganisation(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: NewOrganisation,
  now: Date,
): Promise<Organisation> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  return await withTransaction(sql, async (tx) => {
    const main = await findMainOrganisation(tx);
    const organisation = await insertOrganisation(
      tx,
      uris,
      { ...input, isMain: false, parentId: main?.actorId ?? null },
      now,
    );
    await recordAct(tx, by, "organisation-opened", organisation.actorUri, {}, now, {
      after: { name: organisation.name },
    });
    return organisation;
  });
}

/** What the audit log says of a change. */
const loggedFields = [
  ...(["name", "tagline", "description", "languages", "timeZone", "accent", "logo", "website"] as const),
  ...(["territoryName", "territoryIds", "reportChannelUrl"] as const),
] as const;

/** Changes the profile; the actor's followers are told. */
export async function changeOrganisation(
  sql: Sql,
  by: Account,
  handle: string,
  profile: OrganisationProfile,
  now: Date,
): Promise<void> {
  refuseUnless(holds(by, "administrator"), "not-allowed");
  checkProfile(profile);
  await withTransaction(sql, async (tx) => {
    const organisation = await findOrganisation(tx, handle);
    refuseUnless(organisation !== null, "not-found");
    await tx`update organisation set ${tx(columnsOf(tx, profile) as never)} where actor_id = ${organisation.actorId}`;
    await describeActor(tx, organisation.actorId, actorProfile(profile), now);
    await recordAct(
      tx,
      by,
      "organisation-changed",
      organisation.actorUri,
      {},
      now,
      changeOf(organisation, profile, loggedFields),
    );
  });
}

async function insertOrganisation(
  tx: Tx,
  uris: Uris,
  { handle, kind, isMain, parentId, ...profile }: NewOrganisation & { isMain: boolean; parentId: string | null },
  now: Date,
): Promise<Organisation> {
  checkProfile(profile);
  const url = isMain ? uris.at("/") : uris.at(`/organisations/${handle}`);
  const actor = await openActor(tx, uris, { kind: "organisation", handle, url, ...actorProfile(profile) }, now);
  await tx`insert into organisation ${tx({ actorId: actor.id, kind, isMain, parentId, ...columnsOf(tx, profile) } as never)}`;
  return (await findOrganisation(tx, handle))!;
}

const actorProfile = (profile: OrganisationProfile) => ({
  name: pickText(profile.name, ...profile.languages).text,
  summary:
    pickText(profile.description, ...profile.languages).text || pickText(profile.tagline, ...profile.languages).text,
});

function columnsOf(tx: Tx, profile: OrganisationProfile) {
  const json = (value: unknown) => (value === null || value === undefined ? null : tx.json(value as never));
  const { name, tagline, description, territoryIds, territoryGeojson, languages, ...rest } = profile;
  return {
    ...rest,
    languages: languages as string[],
    name: json(name),
    tagline: json(tagline),
    description: json(description),
    territoryIds: json(territoryIds),
    territoryGeojson: json(territoryGeojson),
  };
}
