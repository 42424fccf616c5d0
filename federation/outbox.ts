// TABLE OUT: what happened → what is told, by whom, to whom. Runs as the `federate` job; the rows it leaves are frozen.
import { findActor, findActorById, getActorOfKind } from "../src/actors/queries.ts";
import { type EventType, getEvent, type RecordedEvent } from "../src/events.ts";
import { type Sql, type Tx, withTransaction } from "../src/platform/db.ts";
import { newId } from "../src/platform/ids.ts";
import { enqueue } from "../src/platform/jobs.ts";
import type { Uris } from "../src/platform/uris.ts";
import { findProcess } from "../src/processes/queries.ts";
import { findSubject } from "../src/subjects/queries.ts";
import { actorToObject } from "./actors.ts";
import { findObject } from "./objects.ts";
import { mayReachPeople, promiseDigest } from "./quiet.ts";
import { uriOf, urisOf } from "./reading.ts";
import { activityContext, type Json, PUBLIC } from "./vocabulary.ts";

export interface Telling {
  readonly tx: Tx;
  readonly uris: Uris;
  readonly now: Date;
}

/** One activity to send. Its id is made from the event's, so that telling the event again repeats it. */
interface Outgoing {
  /** The local actor that speaks. */
  readonly actorUri: string;
  readonly type: "Create" | "Update" | "Delete" | "Announce" | "Follow" | "Accept" | "Undo" | "Like" | "Flag";
  readonly object: unknown;
  readonly kind: "contribution" | "official" | "private";
  /** Given where the activity has been named before (a Follow, a Like). */
  readonly id?: string;
  readonly content?: string;
  /** Where the object has terms that posts do not: an actor without its key would be no actor to others. */
  readonly context?: unknown;
  readonly followersOf?: readonly string[];
  /** Whose institutional followers get it, for their copy of the process. */
  readonly institutionsOf?: readonly string[];
  readonly recipients?: readonly string[];
  readonly isRolledUp?: boolean;
}

type Tell = (telling: Telling, event: RecordedEvent<Json>) => Promise<Outgoing[]>;

const table: Readonly<Record<EventType, Tell>> = {
  ActorChanged: tellActorChange,
  ActorClosed: tellActorClosed,
  FollowRequested: tellFollow("Follow"),
  FollowEnded: tellFollow("Undo"),
  FollowReceived: tellAccept,
  ProcessPublished: tellNews,
  ProcessChanged: tellActorChange,
  PhaseStarted: tellNews,
  NewsPublished: tellOfficial("Create"),
  ProposalPublished: tellContribution,
  ProposalChanged: tellChange,
  ProposalWithdrawn: tellChange,
  ProposalAnswered: tellAnswer,
  CommentPublished: tellComment("Create"),
  CommentChanged: tellComment("Update"),
  CommentDeleted: tellDeletion,
  SubjectLiked: tellLike("Like"),
  SubjectUnliked: tellLike("Undo"),
  SubjectHidden: tellDeletion,
  SubjectReinstated: tellChange,
  SubjectReported: tellReport,
  MeetingPublished: tellMeeting("Create"),
  MeetingChanged: tellMeeting("Update"),
  ResultPublished: tellOfficial("Create"),
  ResultChanged: tellOfficial("Update"),
  MilestoneReached: tellOfficial("Create"),
};

/**
 * Turns an event into activities, freezes them and promises their delivery, in one transaction.
 * Run again it finds them frozen and changes nothing.
 */
export async function tellEvent(sql: Sql, uris: Uris, eventId: string, now: Date): Promise<void> {
  await withTransaction(sql, async (tx) => {
    const told = await tx`select from outgoing_activity where event_id = ${eventId} limit 1`;
    if (told.length > 0) return;
    const event = (await getEvent(tx, eventId)) as RecordedEvent<Json>;
    const outgoing = await table[event.type]({ tx, uris, now }, event);
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
  await tx`
    insert into outgoing_activity ${tx({
      id,
      uri,
      eventId: event.id,
      actorId: actor.id,
      subjectUri: event.subjectUri,
      kind: one.kind,
      activity: tx.json(activityOf(uri, one, event.at, [...followersOf, ...institutionsOf], recipients) as never),
      followersOf,
      institutionsOf,
      recipientUris: recipients,
      isRolledUp: one.isRolledUp ?? false,
      at: now,
    })} on conflict (uri) do nothing`;
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
    object: one.object,
  };
}

/** What of an object travels inside an activity. The rest is read at its address. */
function withoutOurs(object: Json): Json {
  const { "@context": _context, civic: _civic, replies, likes: _likes, shares: _shares, ...plain } = object;
  return { ...plain, ...(typeof replies === "string" ? { replies } : {}) };
}

/** Who signs for an object, and the actor of the process it belongs to, where that is ours. */
async function voicesOf({ tx }: Telling, object: Json, processUri: string | null) {
  const process = processUri === null ? null : await findProcess(tx, processUri);
  return {
    speaker: uriOf(object.attributedTo) ?? "",
    processActor: process?.origin === null ? process.actorUri : null,
    remoteProcessActor: process !== null && process.origin !== null ? process.actorUri : null,
    organisation: process?.origin === null ? process.organisationUri : null,
  };
}

/**
 * A thing of ours as it travels, and who speaks for it. Null where it is not public any more: then nothing is told of it.
 */
async function thingOf(telling: Telling, uri: string) {
  const { tx, uris } = telling;
  const [object, subject] = [await findObject(tx, uris, uri), await findSubject(tx, uri)];
  if (object === null || subject?.origin !== null || subject.deletedAt !== null) return null;
  return { object: withoutOurs(object), subject, ...(await voicesOf(telling, object, subject.processUri)) };
}

const present = (...values: (string | null)[]): string[] => values.filter((value) => value !== null);

async function tellActorChange({ tx, uris, now }: Telling, event: RecordedEvent): Promise<Outgoing[]> {
  const actor = await findActor(tx, event.subjectUri);
  if (actor === null) return [];
  const { "@context": context, civic: _civic, ...object } = await actorToObject(tx, uris, actor, now);
  return [{ actorUri: actor.uri, type: "Update", object, context, kind: "official", followersOf: [actor.uri] }];
}

async function tellActorClosed(_telling: Telling, event: RecordedEvent): Promise<Outgoing[]> {
  const actorUri = event.subjectUri;
  return [{ actorUri, type: "Delete", object: actorUri, kind: "official", followersOf: [actorUri] }];
}

function tellFollow(type: "Follow" | "Undo"): Tell {
  return async ({ uris }, event) => {
    const { followUri, followerHandle } = event.data as { followUri: string; followerHandle: string };
    const actorUri = uris.actor(followerHandle);
    const recipients = [event.subjectUri];
    if (type === "Follow")
      return [{ actorUri, type, object: event.subjectUri, kind: "private", id: followUri, recipients }];
    const object = { id: followUri, type: "Follow", actor: actorUri, object: event.subjectUri };
    return [{ actorUri, type, object, kind: "private", recipients }];
  };
}

async function tellAccept(_telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const { followUri, followerUri } = event.data as { followUri: string; followerUri: string };
  const object = { id: followUri, type: "Follow", actor: followerUri, object: event.subjectUri };
  return [{ actorUri: event.subjectUri, type: "Accept", object, kind: "private", recipients: [followerUri] }];
}

/** The opening of a process or of a phase: news in its own voice, boosted by the city, and the changed profile. */
async function tellNews(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const newsUri = String(event.data.newsUri);
  const news = await tellOfficial("Create")(telling, { ...event, subjectUri: newsUri });
  const process = await findProcess(telling.tx, event.subjectUri);
  const profile = process?.actorUri ? await tellActorChange(telling, { ...event, subjectUri: process.actorUri }) : [];
  return [...news, ...profile];
}

/**
 * What the city or the process says officially: to all followers of both, and boosted by both, since Mastodon keeps a
 * reply to someone else out of a follower's home unless the one they follow boosts it.
 */
function tellOfficial(type: "Create" | "Update"): Tell {
  return async (telling, event) => {
    const thing = await thingOf(telling, event.subjectUri);
    if (thing === null) return [];
    const { object, speaker, processActor, organisation } = thing;
    const followersOf = present(speaker, processActor, organisation);
    const recipients = present(processActor);
    const said: Outgoing = {
      actorUri: speaker,
      type,
      object,
      kind: "official",
      followersOf,
      recipients,
    };
    if (type === "Update") return [said];
    const boosters = present(processActor, organisation).filter((actor) => actor !== speaker || "inReplyTo" in object);
    return [said, ...boosters.map((actorUri) => boost(actorUri, event.subjectUri, "official"))];
  };
}

/**
 * A meeting. People hear of it by a Note of its process, since most servers drop an Event or show a bare link; the Event
 * goes to the institutions that keep a copy. A meeting in no process has no one else to speak for it.
 */
function tellMeeting(type: "Create" | "Update"): Tell {
  return async (telling, event) => {
    const thing = await thingOf(telling, event.subjectUri);
    if (thing === null) return [];
    const { object, speaker, processActor } = thing;
    const said = { actorUri: speaker, type, object, kind: "official" } as const;
    if (processActor === null) return [{ ...said, followersOf: [speaker] }];
    const { newsUri } = event.data as { newsUri: string | null };
    const news = newsUri === null ? [] : await tellOfficial("Create")(telling, { ...event, subjectUri: newsUri });
    return [{ ...said, institutionsOf: [speaker, processActor] }, ...news];
  };
}

const boost = (actorUri: string, object: string, kind: "official" | "contribution"): Outgoing => ({
  actorUri,
  type: "Announce",
  object,
  kind,
  followersOf: [actorUri],
});

/**
 * A proposal of a resident. Quiet by default: of a process's contributions people get a handful an hour, the rest in a
 * digest; institutions that follow it get each one, for their copy.
 */
async function tellContribution(telling: Telling, event: RecordedEvent): Promise<Outgoing[]> {
  const thing = await thingOf(telling, event.subjectUri);
  if (thing === null) return [];
  const { object, speaker, processActor } = thing;
  const created = { actorUri: speaker, type: "Create", object, kind: "contribution" } as const;
  if (processActor === null) return [{ ...created, followersOf: [speaker] }];
  const isLoud = await mayReachPeople(telling, processActor);
  if (!isLoud) await promiseDigest(telling, thing.subject.processUri!);
  const isOwnVoice = speaker !== processActor;
  return [
    {
      ...created,
      followersOf: isOwnVoice ? [speaker] : isLoud ? [processActor] : [],
      institutionsOf: [processActor],
      isRolledUp: !isLoud,
    },
    ...(isOwnVoice && isLoud ? [boost(processActor, event.subjectUri, "contribution")] : []),
  ];
}

/** A changed text or state. It disturbs no one: servers that do not have it ignore it. */
async function tellChange(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  if (event.data.isAuthorForgotten === true) await takeWordsBack(telling.tx, event.subjectUri);
  const thing = await thingOf(telling, event.subjectUri);
  if (thing === null) return [];
  const { object, speaker, processActor } = thing;
  const type = event.type === "SubjectReinstated" ? "Create" : "Update";
  return [
    {
      actorUri: speaker,
      type,
      object,
      kind: "contribution",
      followersOf: present(speaker, processActor),
    },
  ];
}

/** The city's answer, given or revised, and the proposal's new state. */
async function tellAnswer(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const answerUri = String(event.data.answerUri);
  const answer = await findSubject(telling.tx, answerUri);
  const isRevised = answer?.publishedAt != null && answer.updatedAt != null && answer.updatedAt > answer.publishedAt;
  const said = await tellOfficial(isRevised ? "Update" : "Create")(telling, {
    ...event,
    subjectUri: answerUri,
  } as never);
  return [...said, ...(await tellChange(telling, event))];
}

/** A comment of ours: to those who follow the process or the voice, to whom it answers, and to the thread's owner. */
function tellComment(type: "Create" | "Update"): Tell {
  return async (telling, event) => {
    if (event.data.isAuthorForgotten === true) await takeWordsBack(telling.tx, event.subjectUri);
    const thing = await thingOf(telling, event.subjectUri);
    if (thing === null) return [];
    const { object, speaker, processActor, remoteProcessActor } = thing;
    const parent = await findSubject(telling.tx, uriOf(object.inReplyTo) ?? "");
    const recipients = present(
      parent?.authorUri ?? null,
      remoteProcessActor,
      ...urisOf(object.cc).filter((uri) => !uri.endsWith("/followers")),
    );
    const followersOf = present(speaker, processActor);
    return [{ actorUri: speaker, type, object, kind: "contribution", followersOf, recipients }];
  };
}

/** What was said of a thing leaves the frozen activities. One that is still on its way then only names it. */
const takeWordsBack = (tx: Tx, uri: string) => tx<{ recipientUris: string[] }[]>`
  update outgoing_activity set activity = jsonb_set(activity, '{object}', to_jsonb(${uri}::text))
  where subject_uri = ${uri} and activity->>'type' in ('Create', 'Update') returning recipient_uris`;

/**
 * Gone from here, by its author or a moderator: everyone who may have it is told to drop it, and what was said leaves
 * the frozen activities too.
 */
async function tellDeletion(telling: Telling, event: RecordedEvent): Promise<Outgoing[]> {
  const { tx } = telling;
  const subject = await findSubject(tx, event.subjectUri);
  if (subject === null || subject.origin !== null || subject.authorUri === null) return [];
  const { speaker, processActor, remoteProcessActor } = await voicesOf(
    telling,
    { attributedTo: subject.authorUri },
    subject.processUri,
  );
  const sent = await takeWordsBack(tx, subject.uri);
  const recipients = [...sent.flatMap((row) => row.recipientUris), ...present(remoteProcessActor)];
  const object = { id: subject.uri, type: "Tombstone" };
  return [
    {
      actorUri: speaker,
      type: "Delete",
      object,
      kind: "contribution",
      followersOf: present(speaker, processActor),
      recipients,
    },
  ];
}

function tellLike(type: "Like" | "Undo"): Tell {
  return async ({ tx }, event) => {
    const { activityUri, actorId } = event.data as { activityUri: string; actorId: string };
    const [actor, subject] = [await findActorById(tx, actorId), await findSubject(tx, event.subjectUri)];
    if (actor === null || subject?.authorUri == null) return [];
    const recipients = [subject.authorUri];
    const like = { id: activityUri, type: "Like", actor: actor.uri, object: subject.uri };
    if (type === "Like")
      return [{ actorUri: actor.uri, type, object: subject.uri, kind: "private", id: activityUri, recipients }];
    return [{ actorUri: actor.uri, type, object: like, kind: "private", recipients }];
  };
}

/** A report to the node that owns the thing, in the name of this node: who reported stays here. */
async function tellReport({ tx }: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const [node, subject] = [await getActorOfKind(tx, "node"), await findSubject(tx, event.subjectUri)];
  if (subject === null || subject.origin === null || subject.authorUri === null) return [];
  const object = [subject.authorUri, subject.uri];
  const content = String(event.data.reason ?? "").slice(0, 5_000);
  return [{ actorUri: node.uri, type: "Flag", object, kind: "private", content, recipients: [subject.authorUri] }];
}
