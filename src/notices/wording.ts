// What a notice says, in words: the same on the page and in a mail. Pure.
import type { Translator } from "../platform/i18n.ts";
import { type NoticeData, type NoticeKind, noticeText } from "./notice.ts";

/** What a week in a process brought. */
export interface WeekCounts {
  readonly proposals: number;
  readonly comments: number;
  readonly answers: number;
}

/** `data` as the text of its kind takes it. */
export function dataSaid(t: Translator, kind: NoticeKind, data: NoticeData): NoticeData {
  if (kind !== "week") return data;
  const counts = data as unknown as WeekCounts;
  const parts = [
    counts.proposals > 0 ? t("notices.week-proposals", { count: counts.proposals }) : null,
    counts.comments > 0 ? t("notices.week-comments", { count: counts.comments }) : null,
    counts.answers > 0 ? t("notices.week-answers", { count: counts.answers }) : null,
  ];
  return { what: t.list(parts.filter((part) => part !== null)) };
}

/** As plain text, for a mail. The title stands between isolating marks, so that it turns no sentence around. */
export const sayNotice = (
  t: Translator,
  { kind, data, title }: { readonly kind: NoticeKind; readonly data: NoticeData; readonly title: string },
): string => t(noticeText(kind), { ...dataSaid(t, kind, data), title: title || t("notices.untitled") });
