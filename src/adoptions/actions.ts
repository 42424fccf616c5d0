// The verbs of adoptions: make one's own draft of what another city did, offer it to its origin, answer such an offer.
// Drafts are written by the rooms they belong to; here is only what joins them to where they came from.
import { type Account, holds } from "../accounts/account.ts";
import { follow } from "../actors/actions.ts";
import { findActor, findActorById, policyFor } from "../actors/queries.ts";
import { recordEvent } from "../events.ts";
import { type Sql, type Tx, withTransaction } from "../platform/db.ts";
import { newId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { openUris, originOf, type Uris } from "../platform/uris.ts";
import { draftProcess, type NewProcess } from "../processes/actions.ts";
import type { Process } from "../processes/process.ts";
import { findProcess } from "../processes/queries.ts";
import { draftProposal, type ProposalInput } from "../proposals/actions.ts";
import type { Proposal } from "../proposals/proposal.ts";
import { recordAct } from "../subjects/actions.ts";
import { noteDerivation } from "../subjects/derivation-actions.ts";
import { findDerivation } from "../subjects/derivation-queries.ts";
import { findSubject } from "../subjects/queries.ts";
import { isPublic } from "../subjects/subject.ts";
import { type Adoption, isAdoptable, lineageDepthMax, offersWaitingMax, offersWaitingPerHostMax } from "./adoption.ts";
import type { LineageFacts } from "./lineage.ts";
import { promiseLineage } from "./lineage-actions.ts";
import { countWaitingOffers, findAdoptable, findAdoption, findAdoptionOf, headDigestOf } from "./queries.ts";

/**
 * Drafts a process of this node from a copy of another city's. Nothing is public, and its origin is told nothing, until it
 * is published.
 * @throws Refused `not-found` for what is no copy here, and whatever {@link draftProcess} refuses.
 */
export async function adoptProcess(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: NewProcess & { readonly fromUri: string },
  now: Date,
): Promise<Process> {
  const { fromUri, ...written } = input;
  return await withTransaction(sql, async (tx) => {
    const origin = await findAdoptable(tx, fromUri);
    refuseUnless(origin?.kind === "process", "not-found");
    const draft = await draftProcess(tx, uris, by, written, now);
    await join(tx, draft.uri, fromUri, now);
    return draft;
  });
}

/**
 * Drafts a proposal, in an open process of this node, from a copy of another city's proposal or result.
 * @throws Refused `not-found`, and whatever {@link draftProposal} refuses.
 */
export async function adoptProposal(
  sql: Sql,
  uris: Uris,
  by: Account,
  input: ProposalInput & { readonly processUri: string; readonly once: string | null; readonly fromUri: string },
  now: Date,
): Promise<Proposal> {
  const { fromUri, ...written } = input;
  return await withTransaction(sql, async (tx) => {
    const origin = await findAdoptable(tx, fromUri);
    refuseUnless(origin?.kind === "proposal" || origin?.kind === "result", "not-found");
    const draft = await draftProposal(tx, uris, by, written, now);
    // The same form sent twice finds its draft, which may have been published meanwhile: it is joined once.
    if ((await findDerivation(tx, draft.uri)) === null) await join(tx, draft.uri, fromUri, now);
    return draft;
  });
}

async function join(tx: Tx, draftUri: string, fromUri: string, now: Date): Promise<void> {
  await noteDerivation(tx, draftUri, { uri: fromUri, digest: await headDigestOf(tx, fromUri) }, now);
  const parent = { uri: fromUri, treeUri: draftUri, depth: 1, sourceHost: "", expectsUri: null, by: "listed" } as const;
  await promiseLineage(tx, parent, now);
}

export interface NewOffer {
  readonly offerUri: string;
  readonly subjectUri: string;
  readonly objectUri: string;
  /** The actor that is asked, or asks. */
  readonly counterpartUri: string;
}

/** Enters the offer of a thing of ours to where it came from, once. @returns null where it was offered before. */
export async function enterOffer(
  tx: Tx,
  offer: NewOffer & { processActorUri: string | null },
  now: Date,
): Promise<Adoption | null> {
  const id = newId(now);
  const { host } = new URL(offer.counterpartUri);
  const rows = await tx`
    insert into adoption ${tx({ id, ...offer, isOurs: true, host, state: "offered", at: now })}
    on conflict do nothing returning 1`;
  return rows.length === 0 ? null : await findAdoption(tx, id);
}

/**
 * Another node says that it made something from a thing of ours, or from what was made from one: that is for the city in
 * between to answer, and for us only once that one is silent. Nobody is shown that before it has been read at its own
 * address, and nothing is listed before an official accepts. Saying it again changes nothing.
 * @throws Refused `not-found` for what is not ours to be adopted, `too-many-requests` while too many wait.
 */
export async function receiveOffer(tx: Tx, offer: NewOffer, now: Date): Promise<void> {
  const { subjectUri, objectUri, counterpartUri } = offer;
  const { host } = new URL(counterpartUri);
  const subject = await findSubject(tx, objectUri);
  const isOurs = subject !== null && subject.origin === null && isPublic(subject) && isAdoptable(subject.kind);
  const tree = isOurs ? { uri: objectUri, depth: 1 } : await findOurTree(tx, objectUri);
  refuseUnless(tree !== null, "not-found");
  // One at a time, so that many at once are counted too.
  await tx`select pg_advisory_xact_lock(hashtextextended('adoption offers', 0))`;
  if ((await findAdoptionOf(tx, subjectUri)) !== null) return;
  const waiting = await countWaitingOffers(tx, host);
  refuseUnless(waiting.ofHost < offersWaitingPerHostMax && waiting.ofAll < offersWaitingMax, "too-many-requests");
  const row = { id: newId(now), ...offer, isOurs: false, host, state: "unread", at: now };
  await tx`insert into adoption ${tx(row)} on conflict do nothing`;
  const wish = { uri: subjectUri, treeUri: tree.uri, depth: tree.depth, sourceHost: host, expectsUri: objectUri };
  await promiseLineage(tx, { ...wish, by: "offer" }, now);
}

/** The thing of ours that another node's was made from, through however many cities; null where there is none. */
async function findOurTree(tx: Tx, uri: string): Promise<{ uri: string; depth: number } | null> {
  const [ours] = await tx<{ uri: string; depth: number }[]>`
    with recursive up as (
      select object_uri as uri, 2 as depth from derivation where subject_uri = ${uri}
      union all
      select derivation.object_uri, up.depth + 1 from derivation join up on derivation.subject_uri = up.uri
      where up.depth < ${lineageDepthMax})
    select up.uri, up.depth from up join subject on subject.uri = up.uri and subject.origin is null order by depth limit 1`;
  return ours ?? null;
}

/**
 * What an offered thing says of itself has been read at its own address: the offer may be shown at the desk if the thing
 * was made from what was said, by who said it.
 */
export async function confirmOffer(
  tx: Tx,
  thing: { uri: string; objectUri: string | null; facts: LineageFacts; processActorUri: string | null },
): Promise<void> {
  const { uri, objectUri, facts, processActorUri } = thing;
  const confirmed = await tx`
    update adoption set state = case state when 'unread' then 'offered' else state end, process_actor_uri = ${processActorUri}
    where subject_uri = ${uri} and not is_ours and object_uri = ${objectUri} and counterpart_uri = ${facts.organisationUri}
    returning 1`;
  if (confirmed.length > 0) return;
  // Also what was accepted, once its own page does not say so any more.
  await tx`
    delete from adoption where subject_uri = ${uri} and not is_ours
      and (state in ('unread', 'offered') or object_uri is distinct from ${objectUri})`;
}

/**
 * An official answers an offer, or thinks again. Accepted, it is listed under *adopted by* and the process it stands in is
 * followed, so that what comes of it is known here.
 * @throws Refused `not-found`, `not-allowed`, `not-in-this-state` for one that has not been confirmed.
 */
export async function decideAdoption(
  sql: Sql,
  by: Account,
  id: string,
  state: "accepted" | "declined",
  now: Date,
): Promise<void> {
  await withTransaction(sql, async (tx) => {
    await tx`select from adoption where id = ${id} for update`;
    const adoption = await findAdoption(tx, id);
    refuseUnless(adoption !== null && !adoption.isOurs && adoption.state !== "unread", "not-found");
    const subject = await findSubject(tx, adoption.objectUri);
    const isOurs = subject !== null && subject.origin === null;
    refuseUnless(holds(by, "official", isOurs ? (subject.processUri ?? undefined) : undefined), "not-allowed");
    if (adoption.state === state) return;
    await tx`update adoption set state = ${state}, decided_at = ${now}, decided_by = ${by.id} where id = ${id}`;
    await recordAct(tx, by, `adoption-${state}`, adoption.objectUri, { subjectUri: adoption.subjectUri }, now, {
      before: { state: adoption.state },
      after: { state },
    });
    // Made from what another city made from ours: only our own tree shows it, and there is no one to answer.
    if (!isOurs) return;
    await recordEvent(
      tx,
      { type: "AdoptionAnswered", subjectUri: adoption.objectUri, data: { adoptionId: id, state } },
      now,
    );
    if (state === "accepted") await followTheirs(tx, adoption, now);
  });
}

/** The origin has answered an offer of ours. An answer to what was never offered, or by someone else, has no effect. */
export async function receiveOfferAnswer(
  tx: Tx,
  answer: { offerUri: string; byUri: string; state: "accepted" | "declined" },
  now: Date,
): Promise<void> {
  const [row] = await tx<{ id: string }[]>`
    update adoption set state = ${answer.state}, decided_at = ${now}
    where offer_uri = ${answer.offerUri} and is_ours and counterpart_uri = ${answer.byUri} returning id`;
  refuseUnless(row !== undefined, "not-found");
  const adoption = (await findAdoption(tx, row.id))!;
  if (answer.state === "accepted") await followTheirs(tx, adoption, now);
}

/** The organisation of our side follows the process of the other, so that results travel. */
async function followTheirs(tx: Tx, adoption: Adoption, now: Date): Promise<void> {
  const ours = await findSubject(tx, adoption.isOurs ? adoption.subjectUri : adoption.objectUri);
  const process = ours?.processUri == null ? null : await findProcess(tx, ours.processUri);
  const us = process?.organisationId == null ? null : await findActorById(tx, process.organisationId);
  const them = await findActor(tx, adoption.processActorUri ?? "");
  if (us === null || us.origin !== null || them === null || them.origin === null || them.goneAt !== null) return;
  if ((await policyFor(tx, new URL(them.uri).host)) === "blocked") return;
  await follow(tx, openUris(originOf(us.uri)), us, them, now);
}
