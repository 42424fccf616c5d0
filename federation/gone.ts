// What another server does not have any more, by its answer alone.
import { forgetRemoteActor } from "../src/actors/actions.ts";
import { findActor } from "../src/actors/queries.ts";
import { noteDoubt } from "../src/erasures/doubt-actions.ts";
import { type Sql, withTransaction } from "../src/platform/db.ts";

/**
 * Its own server does not have a thing or an actor (any more). That alone is what a lapsed domain would say too: it is
 * hidden here, asked for again over a day, and the operator is told. Follows of an actor that is gone end.
 */
export async function findGone(sql: Sql, uri: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const actor = await findActor(tx, uri);
    if (actor !== null && actor.origin !== null) await forgetRemoteActor(tx, uri, now);
    const kept = await tx`
      select from subject left join actor on actor.id = subject.author_id
      where subject.origin is not null and subject.deleted_at is null
        and (subject.uri = ${uri} or (actor.uri = ${uri} and subject.kind = 'comment')) limit 1`;
    if (kept.length > 0) await noteDoubt(tx, uri, "gone", now);
  });
}
