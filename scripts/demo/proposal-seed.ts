// Proposals, answers and talk as the demo writes them down, and how they come to stand in a process.
import type { Account } from "../../src/accounts/account.ts";
import { publishComment } from "../../src/comments/actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { draftProposal, publishProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { likeSubject } from "../../src/subjects/like-actions.ts";
import type { Stance } from "../../src/subjects/subject.ts";
import { keepPicture, type PictureName } from "./pictures.ts";
import { ago, type Place, person, residents } from "./place.ts";
import { categoryIdOf } from "./process-seed.ts";

/** Most support comes soon. */
const supportedWithinDays = 12;

export interface CommentSeed {
  readonly by: string;
  readonly days: number;
  readonly body: string;
  readonly stance?: Stance;
  readonly language?: string;
  readonly replies?: readonly CommentSeed[];
  /** Marks it for what happens to it later. */
  readonly mark?: string;
}

export interface ProposalSeed {
  /** Names it for what refers to it. */
  readonly key: string;
  readonly by: string;
  readonly days: number;
  readonly title: string;
  readonly body: string;
  readonly language?: string;
  readonly category: string;
  readonly address?: string;
  /** Latitude, longitude. */
  readonly at?: readonly [number, number];
  readonly pictures?: readonly { readonly name: PictureName; readonly alt: string }[];
  /** Made in the name of the association the person is a member of. */
  readonly forAssociation?: boolean;
  readonly supports?: number;
  readonly likes?: number;
  readonly comments?: readonly CommentSeed[];
  readonly answer?: {
    readonly days: number;
    readonly outcome: "evaluating" | "accepted" | "rejected";
    readonly reasons: string;
    readonly cost?: string;
    readonly currency?: string;
    readonly term?: string;
  };
  readonly withdrawnDays?: number;
}

export interface Planted {
  readonly proposals: ReadonlyMap<string, Proposal>;
  /** The addresses of the comments that have a mark. */
  readonly comments: ReadonlyMap<string, string>;
}

/** Plants the proposals in the order of their days, then what people and the city said to each. */
export async function plantProposals(
  place: Place,
  process: Process,
  official: Account,
  seeds: readonly ProposalSeed[],
): Promise<Planted> {
  const proposals = new Map<string, Proposal>();
  const comments = new Map<string, string>();
  const given = new Map<string, number>();
  for (const seed of [...seeds].sort((a, b) => b.days - a.days)) {
    const proposal = await plantProposal(place, process, seed);
    proposals.set(seed.key, proposal);
    await plantGoodwill(place, process, proposal, seed, given);
    for (const comment of seed.comments ?? [])
      await plantComment(place, process, proposal.uri, null, comment, comments);
    if (seed.withdrawnDays !== undefined) {
      await withdrawProposal(place.tx, person(place, seed.by), proposal.uri, ago(place, seed.withdrawnDays));
    }
    if (seed.answer !== undefined) await plantAnswer(place, process, official, proposal, seed.answer);
  }
  return { proposals, comments };
}

async function plantProposal(place: Place, process: Process, seed: ProposalSeed): Promise<Proposal> {
  const { tx, uris } = place;
  const by = person(place, seed.by);
  const now = ago(place, seed.days);
  const [latitude, longitude] = seed.at ?? [];
  const pictures = await Promise.all((seed.pictures ?? []).map(({ name, alt }) => keepPicture(place, name, alt)));
  const draft = await draftProposal(
    tx,
    uris,
    by,
    {
      processUri: process.uri,
      title: seed.title,
      body: seed.body,
      language: seed.language ?? process.languages[0] ?? "en",
      categoryId: await categoryIdOf(place, seed.category),
      place: {
        address: seed.address ?? "",
        point: latitude === undefined || longitude === undefined ? null : { latitude, longitude },
      },
      images: pictures,
      organisationId: seed.forAssociation ? (by.memberOf[0] ?? null) : null,
    },
    now,
  );
  return await publishProposal(tx, by, draft.uri, now);
}

/** Supports and likes by different people in turn, the same ones every time, each within the limit of the process. */
async function plantGoodwill(
  place: Place,
  process: Process,
  proposal: Proposal,
  seed: ProposalSeed,
  given: Map<string, number>,
): Promise<void> {
  const all = residents(place);
  // Starting with somebody else for each proposal.
  const start = [...seed.key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const inTurn = all.map((_, index) => all[(start + index) % all.length] as (typeof all)[number]);
  const limit = process.supportLimit ?? Number.POSITIVE_INFINITY;
  const others = inTurn.filter(([key]) => key !== seed.by);
  const supporters = others.filter(([key]) => (given.get(key) ?? 0) < limit).slice(0, seed.supports ?? 0);
  const spreadDays = Math.min(seed.days, supportedWithinDays);
  for (const [index, [key, account]] of supporters.entries()) {
    given.set(key, (given.get(key) ?? 0) + 1);
    await supportProposal(
      place.tx,
      account,
      proposal.uri,
      ago(place, seed.days - (spreadDays * (index + 1)) / (supporters.length + 1)),
    );
  }
  for (const [, account] of others.slice(0, seed.likes ?? 0)) {
    await likeSubject(place.tx, place.uris, account, proposal.uri, ago(place, seed.days / 2));
  }
}

/** Plants a comment with all replies to it. */
export async function plantComment(
  place: Place,
  process: Pick<Process, "languages">,
  targetUri: string,
  parentUri: string | null,
  seed: CommentSeed,
  marked: Map<string, string>,
): Promise<void> {
  const { tx, uris } = place;
  const comment = await publishComment(
    tx,
    uris,
    person(place, seed.by),
    {
      targetUri,
      parentUri,
      stance: seed.stance ?? null,
      body: seed.body,
      language: seed.language ?? process.languages[0] ?? "en",
    },
    ago(place, seed.days),
  );
  if (seed.mark !== undefined) marked.set(seed.mark, comment.uri);
  for (const reply of seed.replies ?? []) await plantComment(place, process, targetUri, comment.uri, reply, marked);
}

async function plantAnswer(
  place: Place,
  process: Process,
  official: Account,
  proposal: Proposal,
  answer: NonNullable<ProposalSeed["answer"]>,
): Promise<void> {
  const { outcome, reasons, term = "" } = answer;
  const language = process.languages[0] ?? "en";
  const cost = {
    costAmount: answer.cost ?? null,
    costCurrency: answer.cost === undefined ? null : (answer.currency ?? "EUR"),
  };
  const given = { outcome, reasons, term, language, ...cost };
  await answerProposal(place.tx, place.uris, official, proposal.uri, given, ago(place, answer.days));
}
