// The adoptions room's third door: an Offer of the relationship "derived from", its answer, and both the other way.

import { isInstitution } from "../src/actors/actor.ts";
import { enterOffer, receiveOffer, receiveOfferAnswer } from "../src/adoptions/actions.ts";
import type { Adoption } from "../src/adoptions/adoption.ts";
import { listAncestorOrganisations } from "../src/adoptions/lineage-queries.ts";
import { findAdoption } from "../src/adoptions/queries.ts";
import { newId } from "../src/platform/ids.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { findProcess } from "../src/processes/queries.ts";
import { findDerivation } from "../src/subjects/derivation-queries.ts";
import { findSubject } from "../src/subjects/queries.ts";
import type { Received } from "./inbox.ts";
import { isObject, typeOf, uriOf } from "./reading.ts";
import type { Outgoing, Tell, Telling } from "./sending/telling.ts";
import { tellChange } from "./sending/telling-contributions.ts";
import { tellActorChange, tellOfficial } from "./sending/telling-official.ts";
import { type Json, NS } from "./vocabulary.ts";

/** Subject: what was made. Object: what it was made from. */
const DERIVED_FROM = `${NS}derivedFrom`;

const relationshipOf = ({ subjectUri, objectUri }: Pick<Adoption, "subjectUri" | "objectUri">): Json => ({
  type: "Relationship",
  subject: subjectUri,
  relationship: DERIVED_FROM,
  object: objectUri,
});

/** What is published and was made from another city's thing is also offered to that city. */
export const alsoOffered =
  (tell: Tell): Tell =>
  async (telling, event) => [...(await tell(telling, event)), ...(await tellOffer(telling, event.subjectUri))];

/**
 * To the organisation the thing was made from, which may list it; and to those that one was made from, if they are known:
 * they have nothing to answer, but a tree to complete, also when the one in between is gone.
 */
async function tellOffer({ tx, uris, now }: Telling, subjectUri: string): Promise<Outgoing[]> {
  const [derived, subject] = [await findDerivation(tx, subjectUri), await findSubject(tx, subjectUri)];
  if (derived === null || subject === null || subject.origin !== null) return [];
  const process = subject.processUri === null ? null : await findProcess(tx, subject.processUri);
  const parent = await findSubject(tx, derived.uri);
  const theirs = parent?.processUri == null ? null : await findProcess(tx, parent.processUri);
  const recipients = await listAncestorOrganisations(tx, subjectUri, now);
  const counterpartUri = theirs?.organisationUri ?? theirs?.actorUri ?? recipients[0];
  if (counterpartUri === undefined || process?.organisationUri == null) return [];
  const offer = { subjectUri, objectUri: derived.uri, counterpartUri, offerUri: uris.activity(newId(now)) };
  const entered = await enterOffer(tx, { ...offer, processActorUri: theirs?.actorUri ?? null }, now);
  if (entered === null) return [];
  return [
    {
      actorUri: process.organisationUri,
      type: "Offer",
      id: offer.offerUri,
      object: relationshipOf(offer),
      kind: "private",
      recipients: [counterpartUri, ...recipients],
    },
  ];
}

/** An official's answer to an offer; and for everyone who keeps the thing, that its list has changed. */
export async function tellOfferAnswer(telling: Telling, event: Parameters<Tell>[1]): Promise<Outgoing[]> {
  const { tx } = telling;
  const adoption = await findAdoption(tx, String(event.data.adoptionId));
  const subject = await findSubject(tx, event.subjectUri);
  const process = subject?.processUri == null ? null : await findProcess(tx, subject.processUri);
  if (adoption === null || subject === null || process?.organisationUri == null) return [];
  const offer = {
    id: adoption.offerUri,
    type: "Offer",
    actor: adoption.counterpartUri,
    object: relationshipOf(adoption),
  };
  const answer: Outgoing = {
    actorUri: process.organisationUri,
    type: event.data.state === "accepted" ? "Accept" : "Reject",
    object: offer,
    kind: "private",
    recipients: [adoption.counterpartUri],
  };
  const changed =
    subject.kind === "process"
      ? await tellActorChange(telling, { ...event, subjectUri: process.actorUri ?? "" })
      : await (subject.kind === "result" ? tellOfficial("Update") : tellChange)(telling, event);
  return [answer, ...changed];
}

/**
 * An institution offers something of its own as made from a thing of ours. What it says is read at its own address before
 * anyone is shown it.
 */
export async function receiveRelation({ tx, now, activity, from }: Received): Promise<void> {
  const relation = activity.object;
  refuseUnless(relation !== null && typeOf(relation) === "Relationship", "unsupported-object");
  refuseUnless(uriOf(relation.relationship) === DERIVED_FROM, "unsupported-object");
  const [subjectUri, objectUri] = [uriOf(relation.subject), uriOf(relation.object)];
  refuseUnless(subjectUri !== null && objectUri !== null && subjectUri !== objectUri, "unsupported-object");
  refuseUnless(isInstitution(from.type), "not-allowed");
  refuseUnless(new URL(subjectUri).origin === new URL(from.uri).origin, "forged");
  refuseUnless(new URL(objectUri).origin !== new URL(from.uri).origin, "forged");
  await receiveOffer(tx, { offerUri: activity.id, subjectUri, objectUri, counterpartUri: from.uri }, now);
}

/** @returns whether an Accept or a Reject is about an offer, and has been dealt with. */
export async function receiveRelationAnswer(
  { tx, now, activity, from }: Received,
  state: "accepted" | "rejected",
): Promise<boolean> {
  const embedded = activity.object;
  const isOffer = isObject(embedded) && typeOf(embedded) === "Offer";
  const named =
    activity.objectUri === null
      ? []
      : await tx`select from adoption where offer_uri = ${activity.objectUri} and is_ours`;
  if (!isOffer && named.length === 0) return false;
  refuseUnless(activity.objectUri !== null, "not-found");
  const decided = state === "accepted" ? "accepted" : "declined";
  await receiveOfferAnswer(tx, { offerUri: activity.objectUri, byUri: from.uri, state: decided }, now);
  return true;
}
