// What a restored node published after its backup, from copies of its own records → its chains and its rooms. Only what it
// signed itself and what goes on from the version it still has; supports, and counts of any kind, come from no copy.
import { getLogger } from "@logtape/logtape";
import { eraseComment } from "../../src/comments/actions.ts";
import { recoverMeeting } from "../../src/meetings/recover-actions.ts";
import { isDatabaseAway, type Sql, type Tx, withTransaction } from "../../src/platform/db.ts";
import { Refused, refuseUnless } from "../../src/platform/refusal.ts";
import type { LanguageMap } from "../../src/platform/text.ts";
import type { Uris } from "../../src/platform/uris.ts";
import { countContribution } from "../../src/processes/count-actions.ts";
import {
  type RecoveredDocument,
  type RecoveredProcess,
  recoverNews,
  recoverProcess,
} from "../../src/processes/recover-actions.ts";
import { emptyProposal } from "../../src/proposals/erasing-actions.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { recoverAnswer, recoverProposal } from "../../src/proposals/recover-actions.ts";
import { findPart } from "../../src/records/queries.ts";
import { type Json, kindOfType, type RecordDocument, type RecordKind } from "../../src/records/record.ts";
import { takeBack } from "../../src/records/recover-actions.ts";
import type { OfferedRecord } from "../../src/records/recovery.ts";
import { recoverMilestone, recoverResult } from "../../src/results/recover-actions.ts";
import { deleteSubject, setHidden } from "../../src/subjects/actions.ts";
import { noteDerivation } from "../../src/subjects/derivation-actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { readMeeting, readMilestone, readResult } from "../records/follow-ups.ts";
import { readAnswer, readNews, readProcess, readProposal } from "../records/things.ts";
import { takeWordsBack } from "../sending/telling.ts";
import { translationsAsWritten } from "../translations.ts";

const log = getLogger(["koinon", "recovery"]);

/**
 * What is taken back, in this order: a thing after what it belongs to. Tallies and threads are not: they go on from the
 * backup's, since what they count is not here.
 */
const kindsInOrder: readonly RecordKind[] = [
  "keys",
  "process",
  "news",
  "proposal",
  "answer",
  "meeting",
  "result",
  "milestone",
];

export interface TakenBack {
  /** Versions put back into their chains. */
  readonly records: number;
  readonly entered: number;
  readonly changed: number;
  readonly erased: number;
  readonly hidden: number;
  /** Things whose records hold and that could not be shown, or that did not go on from what is here. */
  readonly refused: number;
  /** The subjects whose chains went on. */
  readonly subjects: ReadonlySet<string>;
}

type Outcome = "entered" | "changed" | "erased" | "hidden" | "kept";

/** Takes back what was offered, each thing in a transaction of its own: one that does not fit spoils nothing beside it. */
export async function takeBackThings(
  at: { readonly sql: Sql; readonly uris: Uris; readonly now: () => Date },
  offered: readonly OfferedRecord[],
): Promise<TakenBack> {
  const count = { records: 0, entered: 0, changed: 0, erased: 0, hidden: 0, kept: 0, refused: 0 };
  const subjects = new Set<string>();
  for (const kind of kindsInOrder) {
    const ofKind = offered.filter(({ document }) => kindOfType(document.type) === kind);
    for (const [subject, records] of Map.groupBy(ofKind, ({ document }) => document.subject)) {
      try {
        const taken = await withTransaction(at.sql, async (tx) => {
          const chain = await takeBack(tx, subject, records, at.now());
          const outcome = chain.length === 0 ? null : await bring(tx, at.uris, chain.at(-1)!, at.now());
          return { chain, outcome };
        });
        const left = records.length - taken.chain.length;
        if (left > 0) {
          log.warn("{left} records of {subject} do not go on from what is here, and were left", { left, subject });
        }
        count.refused += taken.chain.length === 0 ? 1 : 0;
        count.records += taken.chain.length;
        if (taken.outcome !== null) {
          count[taken.outcome] += 1;
          subjects.add(subject);
        }
      } catch (error) {
        if (isDatabaseAway(error)) throw error;
        count.refused += 1;
        const reason = error instanceof Refused ? error.code : String(error);
        log.warn("{subject} could not be taken back: {reason}", { subject, reason });
      }
    }
  }
  const { kept: _kept, ...numbers } = count;
  return { ...numbers, subjects };
}

/** Brings a thing to what its newest version says. */
async function bring(tx: Tx, uris: Uris, { document, part }: OfferedRecord, now: Date): Promise<Outcome> {
  const { subject, standing, reason = "", type } = document;
  if (type === "KeyRecord") return "kept";
  if (standing === "erased") return (await eraseSubject(tx, subject, now)) > 0 ? "erased" : "kept";
  const before = await findSubject(tx, subject);
  if (standing === "hidden") {
    // The words of what is hidden are withheld by everyone: it can be hidden here, and not entered.
    if (before === null) return "kept";
    if (await setHidden(tx, subject, reason, now)) await countContribution(tx, before, -1);
    return "hidden";
  }
  const words = part ?? (document.part === undefined ? null : ((await findPart(tx, document.part))?.document ?? null));
  const isEntered = await recover({ tx, uris, now }, document, words === null ? null : (JSON.parse(words) as Json));
  if (before !== null && before.hiddenAt !== null && (await setHidden(tx, subject, null, now))) {
    await countContribution(tx, before, 1);
  }
  return isEntered ? "entered" : "changed";
}

interface Place {
  readonly tx: Tx;
  readonly uris: Uris;
  readonly now: Date;
}

/** @throws Refused `not-found` where its words were not to be had. */
async function recover({ tx, uris, now }: Place, document: RecordDocument, part: Json | null): Promise<boolean> {
  const kind = kindOfType(document.type);
  if (kind === "process") {
    const isEntered = await recoverProcess(tx, uris, await processIn(tx, document), now);
    await noteDerived(tx, document, now);
    return isEntered;
  }
  refuseUnless(part !== null, "not-found", { uri: document.subject });
  // Read as every copy is, but for the words: they stand here as they were written.
  const written = (name: string): string => (typeof part[name] === "string" ? part[name] : "");
  const body = written("text");
  const organisationId = await institutionOf(tx, document);
  switch (kind) {
    case "news":
      return await recoverNews(
        tx,
        {
          ...readNews(document, part),
          body,
          translations: translationsAsWritten(kind, part),
          kind: document.data.kind === "phase" ? "phase" : "news",
        },
        now,
      );
    case "proposal": {
      const { author, supportCount: _supports, ...proposal } = readProposal(document, part);
      const isEntered = await recoverProposal(tx, { ...proposal, body, authorUri: author.uri }, now);
      await noteDerived(tx, document, now);
      return isEntered;
    }
    case "answer":
      return await recoverAnswer(
        tx,
        { ...readAnswer(document, part), reasons: body, translations: translationsAsWritten(kind, part) },
        now,
      );
    case "meeting": {
      const words = { body, agenda: written("agenda"), minutes: written("minutes") };
      const translations = translationsAsWritten(kind, part);
      return await recoverMeeting(tx, { ...readMeeting(document, part), ...words, translations, organisationId }, now);
    }
    case "result":
      return await recoverResult(
        tx,
        { ...readResult(document, part), body, translations: translationsAsWritten(kind, part), organisationId },
        now,
      );
    case "milestone":
      return await recoverMilestone(
        tx,
        { ...readMilestone(document, part), body, translations: translationsAsWritten(kind, part), organisationId },
        now,
      );
    default:
      throw new Refused("unsupported-object");
  }
}

async function processIn(tx: Tx, document: RecordDocument): Promise<RecoveredProcess> {
  const { organisationUri: _uri, themes: _themes, ...process } = readProcess(document);
  const { pilot, rules, phases, categories, documents, image, source } = document.data as unknown as ProcessWords;
  const organisationId = await institutionOf(tx, document);
  refuseUnless(organisationId !== null, "not-found", { uri: document.publisher });
  return {
    ...process,
    organisationId,
    phases: process.phases.map((phase, index) => ({ ...phase, id: phases[index]!.id })),
    supportLimit: rules.supportLimit,
    editWindowMinutes: rules.editWindowMinutes,
    pilotGeojson: pilot?.geometry ?? null,
    pilotDecidedAt: pilot?.decided ? new Date(pilot.decided) : null,
    image: image?.url ?? null,
    imageAlt: image?.alt ?? "",
    source,
    categories,
    documents,
  };
}

/** What this node itself writes into the record of a process, beyond what a copy shows. */
interface ProcessWords {
  readonly pilot: { readonly geometry?: unknown; readonly decided?: string | null } | null;
  readonly rules: Pick<RecoveredProcess, "supportLimit" | "editWindowMinutes">;
  readonly phases: readonly { readonly id: string }[];
  readonly categories: readonly LanguageMap[];
  readonly documents: readonly RecoveredDocument[];
  readonly image: { readonly url: string; readonly alt: string } | null;
  readonly source: unknown;
}

async function institutionOf(tx: Tx, { data, publisher }: RecordDocument): Promise<string | null> {
  const named = typeof data.organisation === "string" ? data.organisation : publisher;
  const rows = await tx<{ uri: string; id: string }[]>`
    select uri, id from actor where uri = any(${[named, publisher]}) and origin is null and kind = 'organisation'`;
  return (rows.find(({ uri }) => uri === named) ?? rows[0])?.id ?? null;
}

async function noteDerived(tx: Tx, { subject, data }: RecordDocument, now: Date): Promise<void> {
  const { uri, digest } = (data.derivedFrom ?? {}) as { uri?: unknown; digest?: unknown };
  if (typeof uri !== "string") return;
  await noteDerivation(tx, subject, { uri, digest: typeof digest === "string" ? digest : null }, now);
}

/** @returns how many things were erased: one or none. */
export async function eraseSubject(tx: Tx, uri: string, now: Date): Promise<number> {
  const subject = await findSubject(tx, uri);
  if (subject === null || subject.deletedAt !== null) return 0;
  const proposal = subject.kind === "proposal" ? await findProposal(tx, uri) : null;
  if (subject.kind === "comment") await eraseComment(tx, uri, now);
  else if (proposal !== null) await emptyProposal(tx, proposal, now);
  else await deleteSubject(tx, uri, now);
  // The activities of the backup still have the words.
  await takeWordsBack(tx, uri);
  return 1;
}
