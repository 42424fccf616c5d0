// What is told between two actors only: follows and their answers, likes, reports.
import { findActorById, getActorOfKind } from "../../src/actors/queries.ts";
import type { RecordedEvent } from "../../src/events.ts";
import { categoryFrom } from "../../src/moderation/report.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { reportText } from "../reports.ts";
import type { Json } from "../vocabulary.ts";
import type { Outgoing, Tell, Telling } from "./telling.ts";

export function tellFollow(type: "Follow" | "Undo"): Tell {
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

export async function tellAccept(_telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const { followUri, followerUri } = event.data as { followUri: string; followerUri: string };
  const object = { id: followUri, type: "Follow", actor: followerUri, object: event.subjectUri };
  return [{ actorUri: event.subjectUri, type: "Accept", object, kind: "private", recipients: [followerUri] }];
}

export function tellLike(type: "Like" | "Undo"): Tell {
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

/**
 * A report to the node that owns the thing, and, of a comment, to the one that owns the thread it stands in, in the name of
 * this node: who reported stays here.
 */
export async function tellReport({ tx }: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const [node, subject] = [await getActorOfKind(tx, "node"), await findSubject(tx, event.subjectUri)];
  if (subject === null || subject.origin === null || subject.authorUri === null) return [];
  const object = [subject.authorUri, subject.uri];
  const category = categoryFrom(String(event.data.category ?? ""));
  const content = reportText(category, String(event.data.reason ?? ""), subject.language);
  const thread = subject.threadUri === null ? null : await findSubject(tx, subject.threadUri);
  const owner = thread?.origin == null || thread.origin === subject.origin ? null : thread.authorUri;
  const recipients = [subject.authorUri, ...(owner === null ? [] : [owner])];
  return [{ actorUri: node.uri, type: "Flag", object, kind: "private", content, summary: category, recipients }];
}
