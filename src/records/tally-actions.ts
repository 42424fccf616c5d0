// Notes that what is counted or said of a thing has changed, with the fact. A job writes the records of it some minutes
// later, so that a support or a comment does not make a version each.
import type { Tx } from "../platform/db.ts";
import { purgeParts } from "./actions.ts";

/** A count of a thing moved: its supports, its contributions. Of a copy, nothing comes of it. */
export async function noteCount(tx: Tx, subjectUri: string): Promise<void> {
  await tx`insert into tally_change (subject_uri) values (${subjectUri})`;
}

/** Something about a comment changed: its text, its author's name, whether it is shown. Only of threads of this node. */
export async function noteVoice(tx: Tx, commentUri: string): Promise<void> {
  await tx`
    insert into thread_change (thread_uri, comment_uri)
    select thread.uri, comment.uri from subject comment join subject thread on thread.uri = comment.thread_uri
    where comment.uri = ${commentUri} and thread.origin is null`;
}

/** The words of a comment as they were, or the name on them, go at once; its thread says so with its next record. */
export async function forgetVoice(tx: Tx, commentUri: string, now: Date): Promise<void> {
  await purgeParts(tx, commentUri, null, now);
  await noteVoice(tx, commentUri);
}
