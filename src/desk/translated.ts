// Everything official that is translated, kind by kind: by which door, and where it is read.
import { meetingTexts } from "../meetings/meeting-text-actions.ts";
import { newsTexts } from "../processes/news-text-actions.ts";
import { answerTexts } from "../proposals/answer-text-actions.ts";
import { milestoneTexts, resultTexts } from "../results/result-text-actions.ts";
import type { TextDoor } from "../translations/actions.ts";
import type { TranslatableKind } from "../translations/translation.ts";

export const textDoors: Readonly<Record<TranslatableKind, TextDoor>> = {
  news: newsTexts,
  answer: answerTexts,
  meeting: meetingTexts,
  result: resultTexts,
  milestone: milestoneTexts,
};
