// What a notice says, in words: the same on the page and in a mail. Pure.
import type { MessageKey, Translator } from "../platform/i18n.ts";
import { type LanguageMap, pickText } from "../platform/text.ts";
import { type NoticeData, type NoticeKind, noticeText } from "./notice.ts";

/** What a week in a process brought. */
export interface WeekCounts {
  readonly proposals: number;
  readonly comments: number;
  readonly answers: number;
}

/** `data` as the text of its kind takes it. */
export function dataSaid(t: Translator, kind: NoticeKind, data: NoticeData): NoticeData {
  if (kind === "week") return weekSaid(t, data as unknown as WeekCounts);
  const on = dayOf(data.on);
  const role = data.role === undefined ? {} : { role: t(`accounts.role-${data.role}` as MessageKey) };
  return { ...data, ...(on === null ? {} : { on: t.date(on) }), ...role };
}

function weekSaid(t: Translator, { proposals, comments, answers }: WeekCounts): NoticeData {
  const parts = [
    proposals > 0 ? t("notices.week-proposals", { count: proposals }) : null,
    comments > 0 ? t("notices.week-comments", { count: comments }) : null,
    answers > 0 ? t("notices.week-answers", { count: answers }) : null,
  ];
  return { what: t.list(parts.filter((part) => part !== null)) };
}

/** A day is the same in every time zone. */
const dayOf = (value: unknown): Date | null =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T12:00:00Z`) : null;

interface Said {
  readonly kind: NoticeKind;
  readonly data: NoticeData;
  readonly title: string;
}

/** What a list or a mail calls something that is followed; null: it can no longer be read of. */
export function followedTitle(
  t: Translator,
  thing: { readonly kind: string; readonly title: string; readonly names: LanguageMap | null } | null,
  city: string,
): string {
  if (thing?.kind === "node") return t("notices.all-of", { city });
  if (thing?.kind === "category")
    return t("notices.category-in", { category: pickText(thing.names ?? {}, t.lang).text, process: thing.title });
  return thing?.title || t("notices.untitled");
}

/** As plain text, for a mail. */
export const sayNotice = (t: Translator, { kind, data, title }: Said): string =>
  t(noticeText(kind), { ...dataSaid(t, kind, data), title: title || t("notices.untitled") });

/** What is to be known besides, a sentence each: why it was decided so, and what can be done about it. */
export function explainNotice(t: Translator, { kind, data }: Pick<Said, "kind" | "data">): string[] {
  const { rule, reason, until } = data;
  const end = dayOf(until);
  const more = [
    typeof rule === "string" ? t("notices.rule", { rule: t(`moderation.rule.${rule}` as MessageKey) }) : null,
    typeof reason === "string" && reason !== "" ? t("notices.reason", { reason }) : null,
    end === null ? null : t("notices.appeal-until", { date: t.date(end) }),
    kind === "residence-conflict" ? t("notices.residence-conflict-what") : null,
    kind === "residence-number-tried" ? t("notices.residence-number-what") : null,
    kind === "residence-suspended" ? t("notices.residence-suspended-what") : null,
    kind === "residence-number-yours" ? t("notices.residence-yours-what") : null,
  ];
  return more.filter((line) => line !== null);
}
