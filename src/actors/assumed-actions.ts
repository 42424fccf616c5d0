// Actors that are known only by what a signed record says of them: their own server does not answer, or was not asked yet.
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { originOf } from "../platform/uris.ts";

export interface AssumedActor {
  readonly uri: string;
  readonly type: "Group" | "Organization" | "Person";
  readonly handle: string;
  readonly name: string;
  readonly url: string;
}

/**
 * Enters actors of other nodes that are not known yet, by what their institution vouches for. Their own documents, once
 * read, take the place of this: until then they count as never fetched.
 * @returns the id of each by its URI, those that were known already included.
 */
export async function assumeActors(tx: Tx, actors: readonly AssumedActor[], now: Date): Promise<Map<string, string>> {
  const unique = [...new Map(actors.map((actor) => [actor.uri, actor])).values()];
  if (unique.length === 0) return new Map();
  const known = await idsOf(tx, unique);
  const rows = unique
    .filter(({ uri }) => !known.has(uri))
    .map((actor) => ({
      ...actor,
      id: newId(now),
      origin: originOf(actor.uri),
      host: new URL(actor.uri).host,
      kind: "stranger",
      // Where Koinon nodes have it. Nothing is sent there before the actor's own document was read.
      inboxUri: `${actor.uri}/inbox`,
      createdAt: now,
    }));
  if (rows.length === 0) return known;
  await tx`insert into actor ${tx(rows as never)} on conflict (uri) do nothing`;
  return await idsOf(tx, unique);
}

async function idsOf(tx: Tx, actors: readonly AssumedActor[]): Promise<Map<string, string>> {
  const rows = await tx<{ uri: string; id: string }[]>`
    select uri, id from actor where uri = any(${actors.map(({ uri }) => uri)})`;
  return new Map(rows.map(({ uri, id }) => [uri, id]));
}
