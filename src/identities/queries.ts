// Reads of the ways into an account. They leave here only for their owner.
import type { Sql } from "../platform/db.ts";
import type { Identity, IdentityName } from "./identity.ts";

export const identityColumns = (sql: Sql) => sql`
  identity.id, identity.account_id, identity.kind, identity.issuer, identity.subject, identity.label,
  identity.created_at, identity.last_used_at, passkey.blocked_at`;

/** Every way into an account besides its e-mail address, the oldest first. */
export async function listIdentities(sql: Sql, accountId: string): Promise<Identity[]> {
  return await sql<Identity[]>`
    select ${identityColumns(sql)} from identity left join passkey on passkey.identity_id = identity.id
    where identity.account_id = ${accountId} order by identity.id`;
}

export async function findIdentity(sql: Sql, name: IdentityName): Promise<Identity | null> {
  const [identity] = await sql<Identity[]>`
    select ${identityColumns(sql)} from identity left join passkey on passkey.identity_id = identity.id
    where identity.kind = ${name.kind} and identity.issuer = ${name.issuer} and identity.subject = ${name.subject}`;
  return identity ?? null;
}

export interface Credential {
  /** Its id in base64url. */
  readonly subject: string;
  readonly transports: readonly string[];
  readonly userHandle: string;
}

/** The passkeys an account has for a host, blocked ones too, the oldest first. */
export async function listCredentials(sql: Sql, accountId: string, rpId: string): Promise<Credential[]> {
  return await sql<Credential[]>`
    select subject, transports, user_handle from passkey join identity on identity.id = passkey.identity_id
    where account_id = ${accountId} and kind = 'passkey' and issuer = ${rpId} order by identity.id`;
}

export interface StoredPasskey {
  readonly identityId: string;
  readonly accountId: string;
  /** COSE_Key. */
  readonly publicKey: Uint8Array;
  readonly userHandle: string;
}

export async function findPasskey(sql: Sql, rpId: string, credentialId: string): Promise<StoredPasskey | null> {
  const [passkey] = await sql<StoredPasskey[]>`
    select identity_id, account_id, public_key, user_handle
    from passkey join identity on identity.id = passkey.identity_id
    where kind = 'passkey' and issuer = ${rpId} and subject = ${credentialId}`;
  return passkey ?? null;
}
