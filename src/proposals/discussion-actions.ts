// A discussion becomes an actor with a row and a handle of its own when someone follows it for the first time.
import type { Actor } from "../actors/actor.ts";
import { findActor } from "../actors/queries.ts";
import type { Tx } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { Uris } from "../platform/uris.ts";
import { findDiscussion } from "./discussion-queries.ts";

/** Opening it again changes nothing. @throws Refused `not-found` where there is no such discussion now. */
export async function openDiscussion(tx: Tx, uris: Uris, handle: string, now: Date): Promise<Actor> {
  const discussion = await findDiscussion(tx, uris, handle);
  refuseUnless(discussion !== null, "not-found");
  const { uri, type, kind, host, name, url, inboxUri, sharedInboxUri, aboutUri } = discussion;
  const opened = await tx`
    insert into actor ${tx({
      id: newId(now),
      uri,
      type,
      kind,
      handle: discussion.handle,
      host,
      name,
      url,
      inboxUri,
      sharedInboxUri,
      aboutUri,
      createdAt: now,
    })} on conflict (uri) do nothing returning id`;
  if (opened[0] !== undefined)
    await tx`insert into handle (handle, actor_id) values (${discussion.handle}, ${opened[0].id})`;
  return (await findActor(tx, uri))!;
}
