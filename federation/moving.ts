// A Move: an account goes on under another address, often on another server. What it followed here goes along, and what
// follows it here asks to follow the new one too.
import { follow, moveFollows } from "../src/actors/actions.ts";
import { findActor, listFollowersHere } from "../src/actors/queries.ts";
import { forgetFollowed } from "../src/notices/following-actions.ts";
import { withTransaction } from "../src/platform/db.ts";
import { enqueue, type Handlers } from "../src/platform/jobs.ts";
import { Refused, refuseUnless } from "../src/platform/refusal.ts";
import type { Uris } from "../src/platform/uris.ts";
import type { Received } from "./inbox.ts";
import { isObject, uriOf, urisOf } from "./reading.ts";
import { actorAt, type Remote, readAt } from "./remote.ts";

/** An account may say that it was known under so many others. */
const aliasesMax = 20;

/**
 * The one that leaves says where to; the new one's own document has to name it too, which is asked in a job.
 * @see ActivityPub does not describe Move; this is what Mastodon does (docs.joinmastodon.org/spec/activitypub/#Move).
 */
export async function receiveMove({ tx, activity, from, payload }: Received): Promise<void> {
  const targetUri = uriOf(payload.target);
  refuseUnless(activity.objectUri === from.uri, "forged");
  refuseUnless(targetUri !== null && targetUri !== from.uri && URL.canParse(targetUri), "unsupported-object");
  await enqueue(tx, {
    kind: "move",
    payload: { fromUri: from.uri, targetUri },
    key: `refresh:${new URL(targetUri).host}`,
    uniqueKey: `move:${from.uri}`,
  });
}

/**
 * Both sides say so: then the follows go along. Where the new account's document does not name the old one, nothing happens:
 * else anyone could fill somebody's inbox with what others followed.
 */
async function move(
  remote: Remote,
  uris: Uris,
  { fromUri, targetUri }: { fromUri: string; targetUri: string },
  now: Date,
): Promise<void> {
  const document = await readAt(remote, targetUri);
  const aliases = isObject(document) ? urisOf(document.alsoKnownAs).slice(0, aliasesMax) : [];
  if (document === null || uriOf(document) !== targetUri || !aliases.includes(fromUri)) return;
  const target = await actorAt(remote, targetUri, now);
  const from = await findActor(remote.sql, fromUri);
  if (from === null || from.origin === null || target.origin === null) return;
  await withTransaction(remote.sql, async (tx) => {
    await moveFollows(tx, from, target);
    // People here followed a name they knew; whoever goes on under another is for them to find.
    await forgetFollowed(tx, from.uri);
  });
  for (const ours of await listFollowersHere(remote.sql, from.id)) {
    await follow(remote.sql, uris, ours, target, now).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
    });
  }
}

type On = <Payload>(run: (payload: Payload) => Promise<unknown>) => (payload: unknown) => Promise<void>;

export const moveHandlers = (remote: Remote, uris: Uris, now: () => Date, on: On): Handlers => ({
  move: on((payload: { fromUri: string; targetUri: string }) => move(remote, uris, payload, now())),
});
