// What a person's account leads to besides its own pages. Pure: no SQL, no request, no clock.
import type { MessageKey } from "../platform/i18n.ts";
import type { Account } from "./account.ts";

/** A page of one's own that the account leads to. */
export interface AccountLink {
  readonly id: string;
  readonly href: string;
  readonly title: MessageKey;
  readonly lead: MessageKey;
  readonly open: MessageKey;
}

/** What of other rooms waits for a person, or was done for them: only what there is. */
export type ListOwnLinks = (by: Account, now: Date) => Promise<readonly AccountLink[]>;
