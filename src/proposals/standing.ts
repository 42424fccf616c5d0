// What a reader may do with a proposal or in its process now, and why not. Pure: no SQL, no request, no clock.
import { type Account, isResident } from "../accounts/account.ts";
import { type Permission, type Phase, type Process, permits } from "../processes/process.ts";
import type { Proposal } from "./proposal.ts";

/** When the process will permit something, the next time; null when no phase to come does. */
export const opensAt = (phases: readonly Phase[], what: Permission, now: Date): Date | null =>
  phases
    .filter((phase) => phase.startsAt > now && phase.permits.includes(what))
    .map((phase) => phase.startsAt)
    .sort((a, b) => +a - +b)[0] ?? null;

export type ProposeStanding =
  | { readonly kind: "open" | "sign-in" | "elsewhere" }
  | { readonly kind: "closed"; readonly opensAt: Date | null };

export function proposeStanding(process: Process, account: Account | null, now: Date): ProposeStanding {
  if (process.origin !== null) return { kind: "elsewhere" };
  if (!permits(process.phases, "propose", now)) {
    return { kind: "closed", opensAt: opensAt(process.phases, "propose", now) };
  }
  return { kind: account === null ? "sign-in" : "open" };
}

export type SupportStanding =
  /** `given` of `limit` supports used in the process; `isFinal` once the phase lets no one take it back. */
  | { readonly kind: "given"; readonly given: number; readonly limit: number | null; readonly isFinal: boolean }
  | { readonly kind: "open" | "limit"; readonly given: number; readonly limit: number | null }
  | { readonly kind: "elsewhere" | "over" | "sign-in" | "unverified" }
  | { readonly kind: "closed"; readonly opensAt: Date | null };

/** @param own what the reader has already given: whether to this proposal, and how many in the process. */
export function supportStanding(
  proposal: Proposal,
  process: Process,
  account: Account | null,
  own: { readonly isSupporting: boolean; readonly given: number },
  now: Date,
): SupportStanding {
  if (proposal.origin !== null) return { kind: "elsewhere" };
  const limit = process.supportLimit;
  const isOpen = permits(process.phases, "support", now);
  if (own.isSupporting) return { kind: "given", given: own.given, limit, isFinal: !isOpen };
  if (proposal.state !== "published" && proposal.state !== "evaluating") return { kind: "over" };
  if (!isOpen) return { kind: "closed", opensAt: opensAt(process.phases, "support", now) };
  if (account === null) return { kind: "sign-in" };
  if (!isResident(account, now)) return { kind: "unverified" };
  return { kind: limit !== null && own.given >= limit ? "limit" : "open", given: own.given, limit };
}
