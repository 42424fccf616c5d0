// Promises of mail about moderation: to whoever wrote what is hidden or held, and to whoever reported it.
import type { Tx } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";

/** `id` is a statement's, or a report's, or of what is held the thing's. */
export interface Letter {
  readonly letter: "statement" | "shown-again" | "appeal-decided" | "report-decided" | "held" | "held-shown";
  readonly accountId: string;
  readonly id: string;
}

export const letterKind = "mail-moderation";

/** A mail that tells of a decision. The job names rows only: neither address nor words are in it. */
export const promiseLetter = (tx: Tx, letter: Letter): Promise<void> =>
  enqueue(tx, { kind: letterKind, payload: { ...letter } });
