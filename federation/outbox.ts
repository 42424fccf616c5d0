// TABLE OUT: what happened → what is told, by whom, to whom. Runs as the `federate` job; the rows it leaves are frozen.
// How each is told is in the telling-*.ts files.
import { findActor } from "../src/actors/queries.ts";
import { noteTold } from "../src/erasures/actions.ts";
import { type EventType, getEvent, type RecordedEvent } from "../src/events.ts";
import { type Sql, withTransaction } from "../src/platform/db.ts";
import { newId } from "../src/platform/ids.ts";
import { enqueue } from "../src/platform/jobs.ts";
import type { Uris } from "../src/platform/uris.ts";
import { alsoOffered, tellOfferAnswer } from "./adoptions.ts";
import { askToErase } from "./erasures/erasing.ts";
import type { Outgoing, Tell, Telling } from "./sending/telling.ts";
import { tellChange, tellContribution, tellDeletion } from "./sending/telling-contributions.ts";
import {
  tellActorChange,
  tellActorClosed,
  tellAnswer,
  tellMeeting,
  tellNews,
  tellOfficial,
  tellTranslated,
} from "./sending/telling-official.ts";
import { tellAccept, tellFollow, tellLike, tellReport } from "./sending/telling-relations.ts";
import { tellAppealDecided, tellAppealMade, tellStatement } from "./statements.ts";
import {
  tellCommentDeleted,
  tellHidden,
  tellOffered,
  tellOwnComment,
  tellReinstated,
  tellRemoteComment,
} from "./threads/relay.ts";
import { activityContext, type Json, PUBLIC } from "./vocabulary.ts";

const table: Readonly<Record<EventType, Tell>> = {
  ActorChanged: tellActorChange,
  ActorClosed: tellActorClosed,
  FollowRequested: tellFollow("Follow"),
  FollowEnded: tellFollow("Undo"),
  FollowReceived: tellAccept,
  ProcessPublished: alsoOffered(tellNews),
  ProcessChanged: tellActorChange,
  PhaseStarted: tellNews,
  NewsPublished: tellOfficial("Create"),
  NewsChanged: tellOfficial("Update"),
  ProposalPublished: alsoOffered(tellContribution),
  ProposalChanged: tellChange,
  ProposalWithdrawn: tellChange,
  ProposalErased: tellDeletion,
  ProposalAnswered: tellAnswer,
  CommentPublished: tellOwnComment("Create"),
  CommentChanged: tellOwnComment("Update"),
  CommentDeleted: tellCommentDeleted,
  CommentOffered: tellOffered,
  RemoteCommentPlaced: tellRemoteComment("Create"),
  RemoteCommentChanged: tellRemoteComment("Update"),
  RemoteCommentDeleted: tellRemoteComment("Delete"),
  SubjectLiked: tellLike("Like"),
  SubjectUnliked: tellLike("Undo"),
  SubjectHidden: tellHidden,
  SubjectReinstated: tellReinstated,
  SubjectReported: tellReport,
  StatementGiven: tellStatement,
  AppealMade: tellAppealMade,
  AppealDecided: tellAppealDecided,
  MeetingPublished: tellMeeting("Create"),
  MeetingChanged: tellMeeting("Update"),
  ResultPublished: tellOfficial("Create"),
  ResultChanged: tellOfficial("Update"),
  AdoptionAnswered: tellOfferAnswer,
  MilestoneReached: tellOfficial("Create"),
  SubjectTranslated: tellTranslated,
};

/**
 * Turns an event into activities, freezes them and promises their delivery, in one transaction.
 * Run again it finds them frozen and changes nothing.
 */
export async function tellEvent(sql: Sql, uris: Uris, eventId: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const frozen = await tx`select from outgoing_activity where event_id = ${eventId} limit 1`;
    if (frozen.length > 0) return;
    const event = (await getEvent(tx, eventId)) as RecordedEvent<Json>;
    const told = await table[event.type]({ tx, uris, now }, event);
    const outgoing = await askToErase({ tx, uris, now }, event, told);
    for (const [index, one] of outgoing.entries()) await freeze({ tx, uris, now }, event, one, index);
  });
}

async function freeze({ tx, uris, now }: Telling, event: RecordedEvent, one: Outgoing, index: number): Promise<void> {
  const actor = await findActor(tx, one.actorUri);
  if (actor === null || actor.origin !== null) return;
  const id = newId(now);
  const uri = one.id ?? uris.activity(index === 0 ? event.id : `${event.id}-${index}`);
  const followersOf = [...new Set(one.followersOf ?? [])];
  const institutionsOf = [...new Set(one.institutionsOf ?? [])];
  const recipients = [...new Set(one.recipients ?? [])].filter((recipient) => recipient !== one.actorUri);
  const serverIds = [...new Set(one.serverIds ?? [])];
  const activity = activityOf(uri, one, event.at, [...followersOf, ...institutionsOf], recipients);
  await tx`
    insert into outgoing_activity ${tx({
      id,
      uri,
      eventId: event.id,
      actorId: actor.id,
      subjectUri: event.subjectUri,
      kind: one.kind,
      activity: tx.json(activity as never),
      followersOf,
      institutionsOf,
      recipientUris: recipients,
      serverIds,
      isRolledUp: one.isRolledUp ?? false,
      at: now,
    })} on conflict (uri) do nothing`;
  if (one.erasureId !== undefined)
    await noteTold(tx, one.erasureId, { activity, activityUri: uri, serverIds: one.askedIds ?? serverIds }, now);
  await enqueue(tx, { kind: "deliver", payload: { activityUri: uri, after: "" }, key: event.subjectUri });
}

/** The activity as it goes out: no terms of our own, so that other servers may pass it on. */
function activityOf(id: string, one: Outgoing, at: Date, followersOf: string[], recipients: string[]): Json {
  const isPublic = one.kind !== "private";
  const audience = isPublic
    ? { to: [PUBLIC], cc: [...followersOf.map((uri) => `${uri}/followers`), ...recipients] }
    : { to: recipients };
  return {
    "@context": one.context ?? activityContext,
    id,
    type: one.type,
    actor: one.actorUri,
    ...audience,
    published: at.toISOString(),
    ...(one.content === undefined ? {} : { content: one.content }),
    ...(one.summary === undefined ? {} : { summary: one.summary }),
    object: one.object,
    ...(one.origin === undefined ? {} : { origin: one.origin }),
  };
}
