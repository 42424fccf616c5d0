// Proposals and answers of this node, brought back to what their own records say after a restore. Supports are never taken
// from anywhere: a proposal has those that the backup has.
import type { Tx } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { countContribution } from "../processes/count-actions.ts";
import { recoverCategory } from "../processes/recover-actions.ts";
import { recoverSubject } from "../subjects/recover-actions.ts";
import { replaceTranslations } from "../translations/actions.ts";
import type { NamedCoauthor } from "./coauthor.ts";
import { recoverCoauthors } from "./coauthor-actions.ts";
import { replaceImages } from "./image-actions.ts";
import { findProposal } from "./queries.ts";
import type { RemoteAnswer, RemoteProposal } from "./remote.ts";

export type RecoveredProposal = Omit<RemoteProposal, "authorId" | "supportCount"> & {
  readonly authorUri: string | null;
  readonly namedCoauthors: readonly NamedCoauthor[];
};

/**
 * Brings a proposal of ours to what its record says. One that is not here stands under its author's name, and belongs to
 * their account only where they speak through an actor of their own: of whom else it is, no record says. Co-authors write
 * along again, as {@link recoverCoauthors} has it.
 * @returns whether it was entered anew.
 */
export async function recoverProposal(tx: Tx, proposal: RecoveredProposal, now: Date): Promise<boolean> {
  const { uri, url, processUri, title, body, language, state, place, publishedAt, updatedAt, authorName } = proposal;
  const before = await findProposal(tx, uri);
  const author = await speakerOf(tx, proposal);
  const { id, was } = await recoverSubject(
    tx,
    {
      uri,
      kind: "proposal",
      url,
      authorId: author.id,
      authorName,
      processUri,
      title,
      language,
      publishedAt,
      updatedAt,
    },
    now,
  );
  const columns = {
    title,
    body,
    language,
    state,
    categoryId:
      before?.categoryName === proposal.categoryName
        ? before.categoryId
        : await recoverCategory(tx, { [language]: proposal.categoryName }, now),
    address: place.address,
    latitude: place.point?.latitude ?? null,
    longitude: place.point?.longitude ?? null,
    coauthors: proposal.coauthors,
  };
  const isEdited = before !== null && was === "changed" && (before.title !== title || before.body !== body);
  const version = (before?.version ?? 1) + (isEdited ? 1 : 0);
  if (before === null) {
    const { organisationId, accountId } = author;
    const place = { uri, id, processUri, organisationId, accountId, createdAt: publishedAt };
    await tx`insert into proposal ${tx({ ...place, version, ...columns })}`;
  } else {
    const editedAt = isEdited ? updatedAt : before.editedAt;
    await tx`update proposal set ${tx({ ...columns, version, editedAt })} where uri = ${uri}`;
  }
  await recoverCoauthors(tx, uri, proposal.namedCoauthors, now);
  if (isEdited || was !== "changed") {
    await tx`
      insert into proposal_version ${tx({ proposalUri: uri, version, title, body, editedAt: updatedAt })}
      on conflict do nothing`;
  }
  await replaceImages(tx, uri, proposal.images, now);
  if (was !== "changed") await countContribution(tx, { kind: "proposal", processUri }, 1);
  return was === "entered";
}

interface Speaker {
  readonly id: string | null;
  readonly organisationId: string | null;
  readonly accountId: string | null;
}

/** Who speaks for it on the wire; the process where whoever did is not here. */
async function speakerOf(tx: Tx, { authorUri, processUri }: RecoveredProposal): Promise<Speaker> {
  const [row] = await tx<{ id: string; kind: string; accountId: string | null }[]>`
    select actor.id, actor.kind, account.id as account_id from actor left join account on account.actor_id = actor.id
    where actor.uri = ${authorUri} and actor.origin is null`;
  if (row !== undefined) {
    const organisationId = row.kind === "organisation" ? row.id : null;
    return { id: row.id, organisationId, accountId: row.accountId };
  }
  const [process] = await tx<{ actorId: string | null }[]>`select actor_id from process where uri = ${processUri}`;
  return { id: process?.actorId ?? null, organisationId: null, accountId: null };
}

export type RecoveredAnswer = Omit<RemoteAnswer, "authorId" | "authorName">;

/** Brings the city's answer to what its record says; the state of its proposal is said by the proposal's own. */
export async function recoverAnswer(tx: Tx, answer: RecoveredAnswer, now: Date): Promise<boolean> {
  const { uri, url, proposalUri, outcome, reasons, costAmount, costCurrency, term, publishedAt, updatedAt } = answer;
  const proposal = await findProposal(tx, proposalUri);
  refuseUnless(proposal !== null && proposal.origin === null, "not-found");
  const { processUri, title } = proposal;
  const language = answer.language ?? proposal.language;
  const [organisation] = await tx<{ id: string; name: string }[]>`
    select actor.id, actor.name from process join actor on actor.id = organisation_id where process.uri = ${processUri}`;
  const author = { authorId: organisation?.id ?? null, authorName: organisation?.name ?? "" };
  const { was } = await recoverSubject(
    tx,
    { uri, kind: "answer", url, ...author, processUri, title, language, publishedAt, updatedAt },
    now,
  );
  const columns = { outcome, reasons, costAmount, costCurrency, term };
  await tx`
    insert into answer ${tx({ uri, proposalUri, ...columns })} on conflict (proposal_uri) do update set ${tx({ uri, ...columns })}`;
  await replaceTranslations(tx, [{ ...answer, language }], updatedAt);
  return was === "entered";
}
