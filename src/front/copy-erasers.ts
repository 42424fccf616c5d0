// Every room's way to empty its copy of another server's thing, for who erases one: the wire, signed records, the operator.
import { eraseLineageCopy } from "../adoptions/lineage-actions.ts";
import { eraseActorCopy, eraseCommentCopy } from "../comments/remote.ts";
import type { EraseCopy } from "../erasures/actions.ts";
import { eraseMeetingCopy } from "../meetings/remote.ts";
import { eraseNewsCopy } from "../processes/remote.ts";
import { eraseProposalCopy } from "../proposals/remote.ts";
import { eraseResultCopy } from "../results/remote.ts";
import { eraseTranslationCopy } from "../translations/actions.ts";

export const copyErasers: readonly EraseCopy[] = [
  eraseCommentCopy,
  eraseProposalCopy,
  eraseNewsCopy,
  eraseMeetingCopy,
  eraseResultCopy,
  eraseTranslationCopy,
  eraseLineageCopy,
  eraseActorCopy,
];
