// What is told of a meeting in plain words: its facts on one line each, and the news of it in the process's voice. Pure.
import { isLanguage, openTranslator, type Translator } from "../platform/i18n.ts";
import type { Meeting } from "./meeting.ts";

export type MeetingNews = "invited" | "moved" | "cancelled" | "closed";

/** Words in the meeting's own language where we have it, times on the clock of its place. */
export const wordsOf = (meeting: Pick<Meeting, "language" | "timeZone">): Translator => {
  const base = meeting.language.split("-")[0];
  return openTranslator(isLanguage(base) ? base : "en", meeting.timeZone);
};

/** "Monday, 4 May, 18:00–20:00 (Europe/Madrid)"; the day alone where no more is known. */
export function whenOf(t: Translator, meeting: Pick<Meeting, "startsAt" | "endsAt" | "isDayOnly">): string {
  if (meeting.isDayOnly) return t.date(meeting.startsAt);
  const moment =
    meeting.endsAt === null
      ? t.date(meeting.startsAt, "dateTime")
      : t.dateRange(meeting.startsAt, meeting.endsAt, "dateTime");
  return `${moment} (${t.timeZone})`;
}

/** When, where, how to join and what about: plain lines, for servers and calendars that show no more. */
export function factsOf(meeting: Meeting): string[] {
  const t = wordsOf(meeting);
  return [
    ...(meeting.state === "cancelled" ? [t("meetings.said.called-off", { reason: meeting.cancelReason })] : []),
    t("meetings.said.when", { when: whenOf(t, meeting) }),
    ...(meeting.address === "" ? [] : [t("meetings.said.where", { place: meeting.address })]),
    ...(meeting.link === "" || meeting.state === "closed" ? [] : [t("meetings.said.online", { link: meeting.link })]),
    ...(meeting.audience === "" ? [] : [t("meetings.said.audience", { audience: meeting.audience })]),
  ];
}

/** News of a process, Markdown: the facts, what is on the agenda or what was said, and where to read it all. */
export function newsOf(meeting: Meeting, news: MeetingNews): { title: string; body: string } {
  const t = wordsOf(meeting);
  const facts = factsOf(meeting)
    .map((line) => `- ${escapeMarkdown(line)}`)
    .join("\n");
  const text =
    news === "closed"
      ? meeting.minutes
      : news === "invited"
        ? [meeting.body, agendaOf(t, meeting)].filter(Boolean).join("\n\n")
        : "";
  const link = `[${t("meetings.said.read")}](${meeting.url})`;
  const attended = meeting.attendeeCount === null ? "" : t("card.attendees", { count: meeting.attendeeCount });
  return {
    title: t(`meetings.said.${news}`, { title: meeting.title }),
    body: (news === "closed" ? [attended, text, link] : [facts, text, link]).filter((part) => part !== "").join("\n\n"),
  };
}

const agendaOf = (t: Translator, meeting: Meeting): string =>
  meeting.agenda === "" ? "" : `**${t("meetings.agenda")}**\n\n${meeting.agenda}`;

const escapeMarkdown = (text: string): string => text.replace(/[\\*_`[\]<>#~]/g, "\\$&");
