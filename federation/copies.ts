// A thing of another Koinon node → the room that keeps its copy: one row per kind, by what the thing says it is.
import type { Actor } from "../src/actors/actor.ts";
import { eraseThing } from "../src/erasures/actions.ts";
import { noteDoubt } from "../src/erasures/doubt-actions.ts";
import { copyErasers } from "../src/front/copy-erasers.ts";
import { promiseArrivals } from "../src/notices/actions.ts";
import type { Tx } from "../src/platform/db.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { originOf } from "../src/platform/uris.ts";
import { findHead } from "../src/records/queries.ts";
import { reviveCopy, setHidden } from "../src/subjects/actions.ts";
import { findSubject } from "../src/subjects/queries.ts";
import { keepComment } from "./comments.ts";
import { noteLineageOf } from "./lineage-civic.ts";
import { keepMeeting } from "./meetings.ts";
import { keepNews } from "./processes.ts";
import { keepAnswer, keepProposal } from "./proposals.ts";
import type { WirePost } from "./reading.ts";
import { keepMilestone, keepResult } from "./results.ts";

type Keep = (tx: Tx, post: WirePost, now: Date, author: Actor) => Promise<void>;

const table: Readonly<Record<string, Keep>> = {
  proposal: keepProposal,
  answer: keepAnswer,
  news: keepNews,
  comment: keepComment,
  meeting: keepMeeting,
  result: keepResult,
  milestone: keepMilestone,
};

/** What a thing says it is; a reply of a server that knows nothing of ours says no kind. */
export function kindOf(post: WirePost): string | null {
  if (typeof post.civic?.kind === "string") return post.civic.kind;
  return post.inReplyTo === null ? null : "comment";
}

/** @throws Refused `unsupported-object` for a kind we know nothing of, `not-found` for what belongs to nothing here. */
export async function keepSubject(tx: Tx, post: WirePost, author: Actor, now: Date): Promise<void> {
  const kind = kindOf(post);
  const keep = kind !== null && Object.hasOwn(table, kind) ? table[kind] : undefined;
  refuseUnless(keep !== undefined, "unsupported-object", { uri: post.id });
  // Its own server has it, so what was dropped here when it was hidden there comes back.
  await reviveCopy(tx, post.id);
  await keep(tx, post, now, author);
  if (kind !== "comment") await showAgain(tx, post.id, now);
  if (kind === "proposal" || kind === "result") await noteLineageOf(tx, post.id, post.civic, now);
  await promiseArrivals(tx, [post.id], now);
}

/** Its own server shows it again. */
async function showAgain(tx: Tx, uri: string, now: Date): Promise<void> {
  if ((await findSubject(tx, uri))?.hiddenBy === "origin") await setHidden(tx, uri, null, now);
}

/**
 * A record says that a thing was erased. Signed in the known chain of its owner's keys that is final; where its key is only
 * vouched for by the node it came from, it is hidden and put before the operator.
 * @param saidBy the subject of that record, whose newest version is kept: the thing itself, or the thread of a comment.
 */
export async function dropErased(tx: Tx, uri: string, saidBy: string, now: Date): Promise<void> {
  const head = await findHead(tx, saidBy);
  if (head === null || head.origin === null || head.origin !== originOf(uri)) return;
  if (head.trust === "verified") await eraseThing(tx, copyErasers, uri, now);
  else await noteDoubt(tx, uri, "gone", now);
}
