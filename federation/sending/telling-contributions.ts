// What is told of what people bring: proposals, comments, changes of them, and that they are gone.
import type { RecordedEvent } from "../../src/events.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { uriOf, urisOf } from "../reading.ts";
import type { Json } from "../vocabulary.ts";
import { mayReachPeople, promiseDigest } from "./quiet.ts";
import { boost, type Outgoing, present, type Tell, type Telling, takeWordsBack, thingOf, voicesOf } from "./telling.ts";

/**
 * A proposal of a resident. Quiet by default: of a process's contributions people get a handful an hour, the rest in a
 * digest; institutions that follow it get each one, for their copy.
 */
export async function tellContribution(telling: Telling, event: RecordedEvent): Promise<Outgoing[]> {
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

/**
 * A changed text or state. It disturbs no one: servers that do not have it ignore it. What only copies show, such as the name
 * of its category, is told to institutions alone.
 */
export async function tellChange(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const { isAuthorForgotten, isCoauthorForgotten } = event.data;
  if (isAuthorForgotten === true || isCoauthorForgotten === true) await takeWordsBack(telling.tx, event.subjectUri);
  const thing = await thingOf(telling, event.subjectUri);
  if (thing === null) return [];
  const { object, speaker, processActor } = thing;
  const type = event.type === "SubjectReinstated" ? "Create" : "Update";
  const of = present(speaker, processActor);
  const audience = event.data.isForCopies === true ? { institutionsOf: of } : { followersOf: of };
  return [{ actorUri: speaker, type, object, kind: "contribution", ...audience }];
}

/** A comment of ours: to those who follow the process or the voice, to whom it answers, and to the thread's owner. */
export function tellComment(type: "Create" | "Update"): Tell {
  return async (telling, event) => {
    if (event.data.isAuthorForgotten === true) await takeWordsBack(telling.tx, event.subjectUri);
    const thing = await thingOf(telling, event.subjectUri);
    if (thing === null) return [];
    const { object, speaker, processActor, remoteProcessActor } = thing;
    const parent = await findSubject(telling.tx, uriOf(object.inReplyTo) ?? "");
    const about = await findSubject(telling.tx, thing.subject.threadUri ?? "");
    const recipients = present(
      parent?.authorUri ?? null,
      remoteProcessActor ?? (about?.origin == null ? null : about.authorUri),
      ...urisOf(object.cc).filter((uri) => !uri.endsWith("/followers")),
    );
    const followersOf = present(speaker, processActor);
    return [{ actorUri: speaker, type, object, kind: "contribution", followersOf, recipients }];
  };
}

/**
 * Gone from here, by its author or a moderator: everyone who may have it is told to drop it, and what was said leaves
 * the frozen activities too.
 */
export async function tellDeletion(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
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
      ...(typeof event.data.reason === "string" && event.data.reason !== "" ? { summary: event.data.reason } : {}),
      followersOf: present(speaker, processActor),
      recipients,
    },
  ];
}
