// Taking part at the desk, with the hands of an official: how long, why, and what is out of bounds. Pure: no SQL, no request, no clock.
import { refuseUnless } from "../platform/refusal.ts";
import { tidyLine } from "../platform/text.ts";
import { minuteMs } from "../platform/time.ts";

export const assistMs = 30 * minuteMs;
export const reasonLengthMin = 5;
export const reasonLengthMax = 300;

/** @throws Refused `reason-missing` for what says nothing, or too much. */
export function readReason(text: string): string {
  const reason = tidyLine(text);
  const isSaid = reason.length >= reasonLengthMin && reason.length <= reasonLengthMax;
  refuseUnless(isSaid, "reason-missing", { field: "reason", min: reasonLengthMin, max: reasonLengthMax });
  return reason;
}

const closedAreas = ["/admin", "/desk", "/settings", "/moderation", "/sign-in", "/sign-out", "/mailbox"].concat(
  // Links from mails: each is a key, and the path of an act is kept.
  ["/unsubscribe", "/follow-by-mail"],
  // What they were told, by whom, and where they are told it.
  ["/notices"],
);
/** What of a person's own account is open; all else of it is about who they are and how they come in. */
const openOfAccount = ["/account/profile", "/account/residence", "/account/assists"];
const isWithin = (path: string, area: string): boolean => path === area || path.startsWith(`${area}/`);

export const assistEndPath = "/desk/assist/end";

/**
 * Whether a page or a form is out of bounds while an official acts for someone: e-mail, passkeys, sessions, public voice,
 * closing, downloads, roles and everything of the desk. What is new under `/account/` is closed until it is opened here.
 */
export function isClosedToAssist(path: string): boolean {
  if (path === assistEndPath || path === "/moderation/log") return false;
  if (closedAreas.some((area) => isWithin(path, area))) return true;
  return path.startsWith("/account/") && !openOfAccount.some((area) => isWithin(path, area));
}

/** What is noted as an act: not the end of the session itself, nor how pages look. */
export const isNotedAct = (path: string): boolean => path !== assistEndPath && path !== "/preferences";

export const actKinds = ["support", "proposal", "comment", "like", "residence", "profile", "follow", "other"] as const;
export type ActKind = (typeof actKinds)[number];

/** What kind of act was done, by the path that was posted to: for the person to read. */
export function actKindOf(path: string): ActKind {
  if (/\/support(\/withdrawal)?$/.test(path)) return "support";
  if (/\/likes?(\/withdrawal)?$/.test(path)) return "like";
  if (path.startsWith("/account/residence")) return "residence";
  if (path.startsWith("/account/profile")) return "profile";
  if (/follow/.test(path)) return "follow";
  if (/comments?(\/|$)|replies/.test(path)) return "comment";
  return /proposals?(\/|$)|publication$/.test(path) ? "proposal" : "other";
}
