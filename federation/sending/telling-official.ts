// What is told officially: of actors, openings and phases, news, answers, results, meetings. Never held back.
import { findActor } from "../../src/actors/queries.ts";
import type { RecordedEvent } from "../../src/events.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { actorToObject } from "../actors.ts";
import type { Json } from "../vocabulary.ts";
import { boost, type Outgoing, present, type Tell, type Telling, takeWordsBack, thingOf } from "./telling.ts";
import { tellChange } from "./telling-contributions.ts";

export async function tellActorChange({ tx, uris, now }: Telling, event: RecordedEvent): Promise<Outgoing[]> {
  const actor = await findActor(tx, event.subjectUri);
  if (actor === null) return [];
  const { "@context": context, civic: _civic, ...object } = await actorToObject(tx, uris, actor, now);
  return [{ actorUri: actor.uri, type: "Update", object, context, kind: "official", followersOf: [actor.uri] }];
}

export async function tellActorClosed(_telling: Telling, event: RecordedEvent): Promise<Outgoing[]> {
  const actorUri = event.subjectUri;
  return [{ actorUri, type: "Delete", object: actorUri, kind: "official", followersOf: [actorUri] }];
}

/** The opening of a process or of a phase: news in its own voice, boosted by the city, and the changed profile. */
export async function tellNews(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
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
export function tellOfficial(type: "Create" | "Update"): Tell {
  return async (telling, event) => {
    if (event.data.isAuthorForgotten === true) await takeWordsBack(telling.tx, event.subjectUri);
    const thing = await thingOf(telling, event.subjectUri);
    if (thing === null) return [];
    const { object, speaker, processActor, organisation } = thing;
    const followersOf = present(speaker, processActor, organisation);
    if (event.data.isForCopies === true)
      return [{ actorUri: speaker, type, object, kind: "official", institutionsOf: followersOf }];
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
export function tellMeeting(type: "Create" | "Update"): Tell {
  return async (telling, event) => {
    const thing = await thingOf(telling, event.subjectUri);
    if (thing === null) return [];
    const { object, speaker, processActor } = thing;
    const said = { actorUri: speaker, type, object, kind: "official" } as const;
    if (processActor === null)
      return [
        { ...said, ...(event.data.isForCopies === true ? { institutionsOf: [speaker] } : { followersOf: [speaker] }) },
      ];
    const { newsUri } = event.data as { newsUri: string | null };
    const news = newsUri === null ? [] : await tellOfficial("Create")(telling, { ...event, subjectUri: newsUri });
    return [{ ...said, institutionsOf: [speaker, processActor] }, ...news];
  };
}

/** The city's answer, given or revised, and the proposal's new state. */
export async function tellAnswer(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const answerUri = String(event.data.answerUri);
  const answer = await findSubject(telling.tx, answerUri);
  const isRevised = answer?.publishedAt != null && answer.updatedAt != null && answer.updatedAt > answer.publishedAt;
  const said = await tellOfficial(isRevised ? "Update" : "Create")(telling, {
    ...event,
    subjectUri: answerUri,
  } as never);
  return [...said, ...(await tellChange(telling, event))];
}

/**
 * An official text in one more language. What other programs show of it is as it was: only the institutions that keep copies
 * are told that there is something to read.
 */
export async function tellTranslated(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const thing = await thingOf(telling, event.subjectUri);
  if (thing === null) return [];
  const { object, speaker, processActor, organisation } = thing;
  const institutionsOf = present(speaker, processActor, organisation);
  return [{ actorUri: speaker, type: "Update", object, kind: "official", institutionsOf }];
}
