// Key pairs of this node's actors: RSA-2048 for HTTP signatures (all that Mastodon reads), Ed25519 for proofs.
import { randomUUID, type webcrypto } from "node:crypto";
import type { Sql } from "../platform/db.ts";

export type KeyAlgorithm = "rsa" | "ed25519";

export interface StoredKeyPair {
  readonly algorithm: KeyAlgorithm;
  readonly privateJwk: webcrypto.JsonWebKey;
  readonly publicJwk: webcrypto.JsonWebKey;
}

const parametersOf = {
  rsa: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
  ed25519: { name: "Ed25519" },
} as const;

async function makeKeyPair(algorithm: KeyAlgorithm): Promise<StoredKeyPair> {
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

/** Makes and keeps both keys of an actor. Called once, in the transaction that opens it. */
export async function giveKeys(tx: Sql, actorId: string): Promise<void> {
  for (const pair of await Promise.all([makeKeyPair("rsa"), makeKeyPair("ed25519")])) {
    await tx`
      insert into actor_key (id, actor_id, algorithm, private_jwk, public_jwk)
      values (${randomUUID()}, ${actorId}, ${pair.algorithm}, ${tx.json(pair.privateJwk as never)}, ${tx.json(pair.publicJwk as never)})`;
  }
}

/** The current keys of a local actor, RSA first: Mastodon reads only the first key of an actor. */
export async function keysOf(sql: Sql, handle: string): Promise<StoredKeyPair[]> {
  return await sql<StoredKeyPair[]>`
    select algorithm, private_jwk, public_jwk from actor_key join actor on actor.id = actor_id
    where actor.origin is null and actor.handle = ${handle} and retired_at is null
    order by algorithm = 'rsa' desc`;
}
