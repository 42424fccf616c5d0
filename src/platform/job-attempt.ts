// One try of one job: runs its handler, judges how that ended, and records it.
import { ZodError } from "zod";
import type { Pool } from "./db.ts";
import { bury, type Holder, type LeasedJob, putBack } from "./job-table.ts";
import { GiveUp, type Handlers, Later, patientRetry, Retry, type RetryPolicy } from "./jobs.ts";
import { Refused } from "./refusal.ts";

/** How a try ended. `error` is text for an operator, `cause` the thrown value itself. */
export type Verdict =
  | { readonly end: "done"; readonly refusal?: string }
  | { readonly end: "goes on"; readonly afterMs: number; readonly payload: unknown }
  | { readonly end: "failed"; readonly delayMs: number; readonly error: string; readonly cause: unknown }
  | { readonly end: "dead"; readonly error: string; readonly cause: unknown };

const errorCharsMax = 1_000;
const causesMax = 3;

/**
 * Runs the handler. A refusal ends the job, since asking again gets the same answer; a payload the handler cannot read
 * is a dead letter at once; any other error is tried again until the policy's last try.
 */
export async function verdictOn(job: LeasedJob, handlers: Handlers, signal: AbortSignal): Promise<Verdict> {
  const entry = handlers[job.kind]!;
  const [run, retry] = typeof entry === "function" ? [entry, patientRetry] : [entry.run, entry.retry];
  // Every other ending is judged below; this job ended its workers in the middle instead.
  if (job.attempts > retry.attemptsMax) {
    return { end: "dead", error: "Its workers died in the middle of it", cause: null };
  }
  try {
    await run(job.payload, { id: job.id, attempt: job.attempts, signal });
    return { end: "done" };
  } catch (cause) {
    if (cause instanceof Refused) return { end: "done", refusal: cause.code };
    if (cause instanceof Later) return { end: "goes on", afterMs: cause.afterMs, payload: cause.payload };
    const error = textOf(cause);
    const isLast = job.attempts >= retry.attemptsMax || cause instanceof GiveUp || cause instanceof ZodError;
    if (isLast) return { end: "dead", error, cause };
    return {
      end: "failed",
      delayMs: cause instanceof Retry ? cause.afterMs : backoffMs(retry, job.attempts),
      error,
      cause,
    };
  }
}

/** Doubles from the first to the longest wait, each ± 20 % so that what failed together does not come back together. */
export function backoffMs({ firstDelayMs, delayMsMax }: RetryPolicy, attempt: number, random = Math.random()): number {
  return Math.min(delayMsMax, firstDelayMs * 2 ** (attempt - 1)) * (0.8 + 0.4 * random);
}

/** The message and those of its causes. Messages only: fields of an error can hold what the job was about. */
function textOf(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at != null && parts.length < causesMax; at = at instanceof Error ? at.cause : null) {
    parts.push(at instanceof ZodError ? `unreadable payload: ${pathsOf(at)}` : String(at));
  }
  return parts.join(", because of ").slice(0, errorCharsMax);
}

const pathsOf = (error: ZodError) =>
  error.issues.map((issue) => `${issue.path.join(".") || "it"} (${issue.code})`).join(", ");

/** Records a try after which the job is not done. */
export async function settle(
  pool: Pool,
  holder: Holder,
  job: LeasedJob,
  verdict: Exclude<Verdict, { end: "done" }>,
): Promise<void> {
  const { end } = verdict;
  if (end === "dead") await bury(pool, holder, job, verdict.error);
  else if (end === "failed") await putBack(pool, holder, job, verdict);
  else await putBack(pool, holder, job, { delayMs: verdict.afterMs, error: null, payload: verdict.payload });
}
