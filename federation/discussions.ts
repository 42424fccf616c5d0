// Discussions on the wire: a Group for each proposal, made by nothing but being asked for, that boosts what is said there.
import type { Actor } from "../src/actors/actor.ts";
import { findLocalActor, getActorOfKind } from "../src/actors/queries.ts";
import type { Sql, Tx } from "../src/platform/db.ts";
import { escapeHtml } from "../src/platform/html.ts";
import { pickText } from "../src/platform/text.ts";
import { openUris, originOf, type Uris } from "../src/platform/uris.ts";
import { findProcess } from "../src/processes/queries.ts";
import { openDiscussion } from "../src/proposals/discussion-actions.ts";
import { type DiscussionActor, findDiscussion } from "../src/proposals/discussion-queries.ts";
import type { Json } from "./vocabulary.ts";
import { wordsIn } from "./wording.ts";

/** Who speaks under a handle of this node: an actor, or a discussion that nobody has followed yet. */
export async function findSpeaker(sql: Sql, uris: Uris, handle: string): Promise<Actor | null> {
  const name = handle.toLowerCase();
  const discussion = await findDiscussion(sql, uris, name);
  if (discussion !== null) return discussion;
  const actor = await findLocalActor(sql, name);
  // One that somebody follows, whose proposal is hidden.
  return actor?.kind === "discussion" ? null : actor;
}

/** The discussion at an address of this node, opened for its first follower; null for any other address. */
export async function discussionToFollow(tx: Tx, uri: string, now: Date): Promise<Actor | null> {
  const uris = openUris(originOf((await getActorOfKind(tx, "node")).uri));
  const prefix = uris.actor("");
  if (!uri.startsWith(prefix)) return null;
  const discussion = await findDiscussion(tx, uris, uri.slice(prefix.length));
  return discussion === null ? null : await openDiscussion(tx, uris, discussion.handle, now);
}

/** What the document of a discussion says besides what every actor says. */
export async function discussionToFields(sql: Sql, actor: Actor): Promise<Json> {
  const { language, organisationUri, processUri } = actor as DiscussionActor;
  const process = processUri === null ? null : await findProcess(sql, processUri);
  const title =
    process === null
      ? ""
      : pickText(process.title, language ?? process.languages[0] ?? "en", ...process.languages).text;
  const text = wordsIn(language)("wire.discussion", { process: title });
  return { summary: `<p>${escapeHtml(text)}</p>`, attributedTo: organisationUri };
}
