// Official texts in a second language, by the door of their kind: whole, in part, and older than the original.
import type { Account } from "../../src/accounts/account.ts";
import type { Sql } from "../../src/platform/db.ts";
import { newsTexts } from "../../src/processes/news-text-actions.ts";
import { answerTexts } from "../../src/proposals/answer-text-actions.ts";
import { findAnswer } from "../../src/proposals/queries.ts";
import { changeResult } from "../../src/results/actions.ts";
import { listResultLinks } from "../../src/results/queries.ts";
import type { Result } from "../../src/results/result.ts";
import { resultTexts } from "../../src/results/result-text-actions.ts";
import { type TextDoor, translateText } from "../../src/translations/actions.ts";
import { digestOfTexts, type Texts } from "../../src/translations/translation.ts";

/** Says a text in another language, as an official does who has just read the original. */
export async function sayIn(
  { sql, by }: { sql: Sql; by: Account },
  door: TextDoor,
  uri: string,
  { language, now = new Date() }: { language: string; now?: Date },
  typed: Texts,
): Promise<void> {
  const seen = digestOfTexts(door.kind, (await door.read(sql, uri)) ?? {});
  await translateText(sql, by, door, uri, { language, typed, seen }, now);
}

/** @returns the id of the answer. */
export async function inOtherLanguages(
  { sql, administrator: by }: { sql: Sql; administrator: Account },
  { news, result, answered }: { news: string; result: Result; answered: { uri: string } },
): Promise<string> {
  const answer = (await findAnswer(sql, answered.uri))!;
  const say = (door: TextDoor, uri: string, typed: Texts) => sayIn({ sql, by }, door, uri, { language: "ar" }, typed);
  await say(newsTexts, news, { title: "افتُتحت الساحة الأولى", body: "تفضّلوا **بالدخول**." });
  await say(answerTexts, answer.uri, { reasons: "سنبنيها **هذا الربيع**." });
  await say(resultTexts, result.uri, { title: "عشرون مقعدًا", body: "في **الظل**." });
  const { proposals, meetings } = await listResultLinks(sql, result.uri);
  const links = { proposalUris: proposals, meetingUris: meetings };
  await changeResult(sql, by, result.uri, { ...result, ...links, body: "All of them in the shade." }, new Date());
  return answer.id;
}
