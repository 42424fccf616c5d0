// The discussion of a proposal as an actor that anyone can follow. Until somebody does, it exists only as an answer.
import { type Actor, discussionHandleOf, discussionTailOf } from "../actors/actor.ts";
import { findActor } from "../actors/queries.ts";
import type { Sql } from "../platform/db.ts";
import type { Uris } from "../platform/uris.ts";
import { findProcess } from "../processes/queries.ts";
import { findSubject } from "../subjects/queries.ts";
import { isPublic } from "../subjects/subject.ts";

/** Stands for the id of an actor that has no row yet: nothing hangs on it. */
const noId = "00000000-0000-0000-0000-000000000000";

export interface DiscussionActor extends Actor {
  readonly aboutUri: string;
  /** Who opened the process: its keys speak for the discussion too. */
  readonly organisationUri: string | null;
  readonly processUri: string | null;
  /** Of the proposal. */
  readonly language: string | null;
}

/** By its handle; null for what is no discussion, and where the proposal is unknown, not public or another node's. */
export async function findDiscussion(sql: Sql, uris: Uris, handle: string): Promise<DiscussionActor | null> {
  const aboutUri = await proposalBehind(sql, handle);
  const proposal = aboutUri === null ? null : await findSubject(sql, aboutUri);
  if (proposal === null || !isPublic(proposal)) return null;
  const own = discussionHandleOf(proposal.id);
  const uri = uris.actor(own);
  const process = proposal.processUri === null ? null : await findProcess(sql, proposal.processUri);
  const kept = await findActor(sql, uri);
  return {
    id: kept?.id ?? noId,
    uri,
    origin: null,
    kind: "discussion",
    type: "Group",
    handle: own,
    host: uris.host,
    name: proposal.title,
    summary: "",
    url: `${proposal.url}#comments`,
    iconUrl: null,
    inboxUri: uris.inbox(own),
    sharedInboxUri: uris.sharedInbox,
    followersCount: kept?.followersCount ?? 0,
    goneAt: null,
    aboutUri: proposal.uri,
    organisationUri: process?.organisationUri ?? null,
    processUri: proposal.processUri,
    language: proposal.language,
  };
}

/** The handle whose keys an actor of this node signs with: its own, and a discussion with those of its organisation. */
export async function keyHolderOf(sql: Sql, handle: string): Promise<string> {
  const aboutUri = await proposalBehind(sql, handle);
  if (aboutUri === null) return handle;
  const [row] = await sql<{ handle: string }[]>`
    select actor.handle from subject join process on process.uri = subject.process_uri
      join actor on actor.id = process.organisation_id
    where subject.uri = ${aboutUri} and actor.origin is null`;
  return row?.handle ?? handle;
}

/** The proposal of this node whose id the handle ends in. */
async function proposalBehind(sql: Sql, handle: string): Promise<string | null> {
  const tail = discussionTailOf(handle);
  if (tail === null) return null;
  const [row] = await sql<{ uri: string }[]>`
    select uri from subject where right(replace(id::text, '-', ''), 16) = ${tail} and kind = 'proposal' and origin is null
    limit 1`;
  return row?.uri ?? null;
}
