// A thing of another Koinon node → the room that keeps its copy: one row per kind, by what the thing says it is.
import type { Actor } from "../src/actors/actor.ts";
import type { Tx } from "../src/platform/db.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { eraseNewsCopy } from "../src/processes/remote.ts";
import { eraseProposalCopy } from "../src/proposals/remote.ts";
import { dropCopy, reviveCopy } from "../src/subjects/actions.ts";
import { keepComment } from "./comments.ts";
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
  const keep = kind === null ? undefined : table[kind];
  refuseUnless(keep !== undefined, "unsupported-object", { uri: post.id });
  // Its own server has it, so what was dropped here when it was hidden there comes back.
  await reviveCopy(tx, post.id);
  await keep(tx, post, now, author);
}

/** Its own server says a thing is gone: our copy leaves the pages and its words are erased. */
export async function dropThing(tx: Tx, uri: string, now: Date): Promise<void> {
  await eraseProposalCopy(tx, uri);
  await eraseNewsCopy(tx, uri);
  await dropCopy(tx, uri, now);
}
