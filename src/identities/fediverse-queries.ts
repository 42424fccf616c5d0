// Reads of what servers of the fediverse know this node by, and of who came from them.
import type { Sql } from "../platform/db.ts";
import type { ClientCredentials, RegisteredClient } from "../platform/mastodon-api.ts";
import { unseal } from "../platform/sealing.ts";

export interface KeptClient extends RegisteredClient {
  readonly scope: string;
  readonly checkedAt: Date;
}

/** What the registration for everybody is sealed for: only what a server was asked about its codes with is one. */
export const clientSeal = (secret: string, origin: string) => ({
  secret,
  purpose: "fediverse client, codes compared",
  bound: origin,
});

/** What a registration for one attempt is sealed for. */
export const ownClientSeal = (secret: string, origin: string) => ({
  secret,
  purpose: "fediverse client of an attempt",
  bound: origin,
});

export const openOwnClient = (secret: string, origin: string, sealed: string): RegisteredClient | null =>
  unseal(ownClientSeal(secret, origin), Buffer.from(sealed, "base64")) as RegisteredClient | null;

/** The registration at a server; null where there is none, or one that this node's secret does not open. */
export async function findClient(sql: Sql, secret: string, origin: string): Promise<KeptClient | null> {
  const [kept] = await sql<(Omit<KeptClient, keyof ClientCredentials> & { sealed: Uint8Array })[]>`
    select redirect_uri, scope, sealed, checked_at from fediverse_client where origin = ${origin}`;
  if (kept === undefined) return null;
  const { sealed, ...rest } = kept;
  const credentials = unseal(clientSeal(secret, origin), sealed) as ClientCredentials | null;
  return credentials === null ? null : { ...rest, ...credentials };
}

/** Whether an actor has signed in here before, under whatever id its server gave it. */
export async function isActorKnown(sql: Sql, host: string, actorUri: string): Promise<boolean> {
  const rows = await sql`
    select from identity
    where kind = 'fediverse' and issuer = ${host} and split_part(subject, ' ', 1) = ${actorUri} limit 1`;
  return rows.length > 0;
}
