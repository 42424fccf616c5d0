// Key pairs of this node's actors: RSA-2048 for HTTP signatures (all that Mastodon reads), Ed25519 for proofs.
import { randomUUID, type webcrypto } from "node:crypto";
import type { Sql } from "../platform/db.ts";

export type KeyAlgorithm = "rsa" | "ed25519";

export interface StoredKeyPair {
  readonly algorithm: KeyAlgorithm;
  /** Its name on the wire, after the `#`. */
  readonly fragment: string;
  readonly privateJwk: webcrypto.JsonWebKey;
  readonly publicJwk: webcrypto.JsonWebKey;
}

const parametersOf = {
  rsa: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
  ed25519: { name: "Ed25519" },
} as const;

async function makeKeyPair(algorithm: KeyAlgorithm): Promise<Omit<StoredKeyPair, "fragment">> {
  const pair = (await crypto.subtle.generateKey(parametersOf[algorithm], true, [
    "sign",
    "verify",
  ])) as webcrypto.CryptoKeyPair;
  const [privateJwk, publicJwk] = await Promise.all([
    crypto.subtle.exportKey("jwk", pair.privateKey),
    crypto.subtle.exportKey("jwk", pair.publicKey),
  ]);
  return { algorithm, privateJwk, publicJwk };
}

/** How the first key of each kind is named: `<actor>#main-key` is the one Mastodon expects. */
const firstFragment = { rsa: "main-key", ed25519: "multikey-2" } as const;

/** Makes and keeps both keys of an actor. Called once, in the transaction that opens it. */
export async function giveKeys(tx: Sql, actorId: string): Promise<void> {
  for (const pair of await Promise.all([makeKeyPair("rsa"), makeKeyPair("ed25519")])) {
    await tx`
      insert into actor_key (id, actor_id, algorithm, fragment, private_jwk, public_jwk)
      values (${randomUUID()}, ${actorId}, ${pair.algorithm}, ${firstFragment[pair.algorithm]},
        ${tx.json(pair.privateJwk as never)}, ${tx.json(pair.publicJwk as never)})`;
  }
}

/** The current keys of a local actor, RSA first: Mastodon reads only the first key of an actor. */
export async function keysOf(sql: Sql, handle: string): Promise<StoredKeyPair[]> {
  return await sql<StoredKeyPair[]>`
    select algorithm, fragment, private_jwk, public_jwk from actor_key join actor on actor.id = actor_id
    where actor.origin is null and actor.handle = ${handle} and retired_at is null
    order by algorithm = 'rsa' desc`;
}

/** Which keys those are, for whom keeps them in memory. */
export async function keyIdsOf(sql: Sql, handle: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select actor_key.id from actor_key join actor on actor.id = actor_id
    where actor.origin is null and actor.handle = ${handle} and retired_at is null order by actor_key.id`;
  return rows.map((row) => row.id);
}

/**
 * Retires both keys of an actor and makes new ones. The RSA key keeps its name, which other servers expect and read again
 * when a signature fails; the Ed25519 key gets a new one, so that a proof made with the old one still finds its key.
 * @returns the new Ed25519 key.
 */
export async function replaceKeys(
  tx: Sql,
  actorId: string,
  now: Date,
): Promise<{ fragment: string; publicJwk: webcrypto.JsonWebKey }> {
  const before = await tx<{ fragment: string }[]>`
    select fragment from actor_key where actor_id = ${actorId} and algorithm = 'ed25519'`;
  const numbers = before.map(({ fragment }) => Number(/^multikey-(\d+)$/.exec(fragment)?.[1] ?? 0));
  const fragment = `multikey-${Math.max(1, ...numbers) + 1}`;
  const [rsa, ed25519] = await Promise.all([makeKeyPair("rsa"), makeKeyPair("ed25519")]);
  await tx`update actor_key set retired_at = ${now} where actor_id = ${actorId} and retired_at is null`;
  const rows = [
    { ...rsa, fragment: firstFragment.rsa },
    { ...ed25519, fragment },
  ];
  for (const row of rows) {
    await tx`
      insert into actor_key (id, actor_id, algorithm, fragment, private_jwk, public_jwk)
      values (${randomUUID()}, ${actorId}, ${row.algorithm}, ${row.fragment}, ${tx.json(row.privateJwk as never)},
        ${tx.json(row.publicJwk as never)})`;
  }
  return { fragment, publicJwk: ed25519.publicJwk };
}
