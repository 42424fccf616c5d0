// Reads of what servers of the fediverse know this node by, and of who came from them.
import type { Sql } from "../platform/db.ts";
import type { ClientCredentials } from "../platform/mastodon-api.ts";
import { unseal } from "../platform/sealing.ts";

export interface KeptClient extends ClientCredentials {
  readonly redirectUri: string;
  readonly scope: string;
  readonly checkedAt: Date;
}

/** What a registration is sealed for. */
export const clientSeal = (secret: string, origin: string) => ({ secret, purpose: "fediverse client", bound: origin });

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
