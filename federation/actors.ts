// Actors of this node on the wire: their documents, their keys, what they say of themselves.
import { createPublicKey, type webcrypto } from "node:crypto";
import { exportMultibaseKey } from "@fedify/vocab-runtime";
import type { Actor } from "../src/actors/actor.ts";
import { keysOf, type StoredKeyPair } from "../src/actors/keys.ts";
import { findLocalActor } from "../src/actors/queries.ts";
import { findTimeZone } from "../src/cities/queries.ts";
import type { Sql } from "../src/platform/db.ts";
import { escapeHtml } from "../src/platform/html.ts";
import type { Uris } from "../src/platform/uris.ts";
import type { Process } from "../src/processes/process.ts";
import { findProcess } from "../src/processes/queries.ts";
import { keyHolderOf } from "../src/proposals/discussion-queries.ts";
import { discussionToFields } from "./discussions.ts";
import { processFields, processToCivic } from "./processes.ts";
import { lineageToCivic } from "./quotes.ts";
import { recordLinksOf } from "./records/links.ts";
import { actorContext, type Json } from "./vocabulary.ts";
import { wordsIn } from "./wording.ts";

const algorithmOf = {
  rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ed25519: { name: "Ed25519" },
} as const;

const importKey = (jwk: webcrypto.JsonWebKey, algorithm: StoredKeyPair["algorithm"], usage: "sign" | "verify") =>
  crypto.subtle.importKey("jwk", jwk, algorithmOf[algorithm], true, [usage]);

/** The key pairs of a local actor as Fedify signs with them, RSA first. Empty for one there is not. */
export async function loadKeyPairs(sql: Sql, handle: string): Promise<webcrypto.CryptoKeyPair[]> {
  return await Promise.all(
    (await keysOf(sql, await keyHolderOf(sql, handle))).map(async (pair) => ({
      privateKey: await importKey(pair.privateJwk, pair.algorithm, "sign"),
      publicKey: await importKey(pair.publicJwk, pair.algorithm, "verify"),
    })),
  );
}

export const mainKeyOf = (uri: string) => `${uri}#main-key`;

/** RSA as PEM under `#main-key`, the one key Mastodon reads; Ed25519 as Multikey for proofs (FEP-521a). */
async function publicKeys(sql: Sql, actor: Actor): Promise<Json> {
  const keys = await keysOf(sql, await keyHolderOf(sql, actor.handle));
  const rsa = keys.find((key) => key.algorithm === "rsa");
  const ed25519 = keys.find((key) => key.algorithm === "ed25519");
  if (rsa === undefined || ed25519 === undefined) throw new Error(`${actor.uri} has no keys`);
  const pem = createPublicKey({ key: rsa.publicJwk as never, format: "jwk" }).export({ type: "spki", format: "pem" });
  return {
    publicKey: { id: mainKeyOf(actor.uri), type: "CryptographicKey", owner: actor.uri, publicKeyPem: pem },
    assertionMethod: [
      {
        id: `${actor.uri}#${ed25519.fragment}`,
        type: "Multikey",
        controller: actor.uri,
        publicKeyMultibase: await exportMultibaseKey(await importKey(ed25519.publicJwk, "ed25519", "verify")),
      },
    ],
  };
}

/** The whole document of a local actor. A closed one is a Tombstone. */
export async function actorToObject(sql: Sql, uris: Uris, actor: Actor, now: Date): Promise<Json> {
  if (actor.goneAt !== null) {
    return {
      "@context": actorContext,
      id: actor.uri,
      type: "Tombstone",
      formerType: actor.type,
      deleted: actor.goneAt.toISOString(),
    };
  }
  const process = actor.kind === "process" && actor.url !== null ? await findProcess(sql, actor.url) : null;
  const links = await recordLinksOf(sql, uris, actor);
  const fields =
    process === null
      ? [
          {
            name: wordsIn(null)("wire.page"),
            value: `<a href="${actor.url ?? actor.uri}" rel="me">${escapeHtml(uris.host)}</a>`,
          },
          { name: "Koinon", value: escapeHtml(uris.host) },
        ]
      : processFields(process, await findTimeZone(sql), now);
  return {
    "@context": actorContext,
    id: actor.uri,
    type: actor.type,
    preferredUsername: actor.handle,
    name: actor.name,
    summary: `<p>${escapeHtml(actor.summary)}</p>`,
    url: actor.url ?? actor.uri,
    inbox: actor.inboxUri,
    outbox: `${actor.uri}/outbox`,
    followers: `${actor.uri}/followers`,
    following: `${actor.uri}/following`,
    featured: `${actor.uri}/featured`,
    endpoints: { sharedInbox: uris.sharedInbox },
    manuallyApprovesFollowers: false,
    // A resident's own actor is not offered to search engines of other servers; a city wants to be found.
    discoverable: actor.kind !== "resident",
    indexable: actor.kind !== "resident",
    ...(actor.iconUrl === null ? {} : { icon: { type: "Image", url: actor.iconUrl } }),
    ...(links.length === 0 ? {} : { tag: links }),
    attachment: fields.map((field) => ({ type: "PropertyValue", ...field })),
    ...(process?.publishedAt ? { published: process.publishedAt.toISOString() } : {}),
    ...(process === null ? {} : { attributedTo: process.organisationUri, civic: await civicOf(sql, process) }),
    ...(actor.kind === "organisation" ? { civic: { kind: "organisation" } } : {}),
    ...(actor.kind === "discussion" ? await discussionToFields(sql, actor) : {}),
    ...(await publicKeys(sql, actor)),
  };
}

/** The process as other Koinon nodes read it, with its place in the tree of what was made from what. */
const civicOf = async (sql: Sql, process: Process): Promise<Json> => ({
  ...processToCivic(process),
  ...(await lineageToCivic(sql, { uri: process.uri, kind: "process" })),
});

/** The document behind `/actors/<handle>`; null where the handle was never given out. */
export async function findActorDocument(sql: Sql, uris: Uris, handle: string, now: Date): Promise<Json | null> {
  const actor = await findLocalActor(sql, handle);
  return actor === null ? null : await actorToObject(sql, uris, actor, now);
}
