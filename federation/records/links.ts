// Where the records of a thing stand: a tag on its object, by which a node that keeps copies finds them.
import type { Actor, ActorKind } from "../../src/actors/actor.ts";
import type { Sql } from "../../src/platform/db.ts";
import type { Uris } from "../../src/platform/uris.ts";
import { manifestPaths } from "../../src/records/manifest.ts";
import { findManifest } from "../../src/records/manifest-queries.ts";
import { findHead } from "../../src/records/queries.ts";
import { type Json, keysLink, manifestLink, recordLink } from "../vocabulary.ts";

/** An object with the link to the newest record of its thing, where there is one. */
export async function withRecordLink(sql: Sql, uris: Uris, uri: string, object: Json): Promise<Json> {
  const head = await findHead(sql, uri);
  if (head === null) return object;
  return { ...object, tag: [object.tag ?? [], recordLink(uris.at(`/records/${head.digest}`))].flat() };
}

const institutions: ReadonlySet<ActorKind> = new Set(["process", "organisation", "node"]);

/** The links of a process or an institution: its record, its manifest, the history of its keys. */
export async function recordLinksOf(sql: Sql, uris: Uris, actor: Actor): Promise<Json[]> {
  const scopeUri = actor.kind === "process" ? actor.url : actor.uri;
  if (scopeUri === null || !institutions.has(actor.kind)) return [];
  const [head, keys, manifest] = [
    await findHead(sql, scopeUri),
    await findHead(sql, `${scopeUri}#keys`),
    await findManifest(sql, scopeUri),
  ];
  const at = (digest: string) => uris.at(`/records/${digest}`);
  return [
    ...(head === null ? [] : [recordLink(at(head.digest))]),
    ...(keys === null ? [] : [keysLink(at(keys.digest))]),
    ...(manifest === null ? [] : [manifestLink(uris.at(manifestPaths(scopeUri).root))]),
  ];
}
