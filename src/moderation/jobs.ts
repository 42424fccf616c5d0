// Mail about moderation: to whoever wrote what is hidden or held, and to whoever reported it. Written when it is sent, so
// that no job holds an address or a word of it.
import { getLogger } from "@logtape/logtape";
import * as z from "zod";
import { listOrganisationActors } from "../actors/queries.ts";
import type { Sql } from "../platform/db.ts";
import { isLanguage, openTranslator, type Translator } from "../platform/i18n.ts";
import type { Handlers, RetryPolicy } from "../platform/jobs.ts";
import { MailRejected } from "../platform/mail.ts";
import { hourMs } from "../platform/time.ts";
import type { Uris } from "../platform/uris.ts";
import type { Mailer } from "../ports.ts";
import { pagePathOf, type Subject } from "../subjects/subject.ts";
import { letterKind } from "./letter-actions.ts";
import type { Outcome } from "./report.ts";
import { appealUntil } from "./statement.ts";
import { findStatement } from "./statement-queries.ts";

const log = getLogger(["koinon", "moderation"]);
const mailRetry: RetryPolicy = { firstDelayMs: 10_000, delayMsMax: hourMs, attemptsMax: 20 };

const letterPayload = z.object({
  letter: z.enum(["statement", "shown-again", "appeal-decided", "report-decided", "held", "held-shown"]),
  accountId: z.uuid(),
  id: z.uuid(),
});
type LetterPayload = z.output<typeof letterPayload>;

interface Post {
  readonly sql: Sql;
  readonly uris: Uris;
  readonly mailer: Mailer;
}

export const moderationHandlers = (post: Post): Handlers => ({
  [letterKind]: { run: (payload) => sendLetter(post, letterPayload.parse(payload)), retry: mailRetry },
});

async function sendLetter(post: Post, letter: LetterPayload): Promise<void> {
  const { sql, uris, mailer } = post;
  const [account] = await sql<{ email: string | null; locale: string }[]>`
    select email, locale from account where id = ${letter.accountId} and closed_at is null`;
  // Without an address the page of notices says it.
  if (!account?.email) return;
  const t = openTranslator(isLanguage(account.locale) ? account.locale : "en", "UTC");
  const paragraphs = await paragraphsOf(post, t, letter);
  if (paragraphs === null) return;
  const [city] = await listOrganisationActors(sql);
  const name = city?.name ?? uris.host;
  const text = [...paragraphs, t("moderation.mail-signature", { city: name, host: uris.host })].join("\n\n");
  try {
    await mailer.send({
      to: account.email,
      subject: t(`moderation.mail-${letter.letter}`, { city: name }),
      text: `${text}\n`,
    });
  } catch (error) {
    if (!(error instanceof MailRejected)) throw error;
    log.info("A mail about moderation was not wanted: {reason}", { reason: error.message });
  }
}

/** Null where there is nothing to tell any more. */
async function paragraphsOf(
  post: Post,
  t: Translator,
  { letter, id, accountId }: LetterPayload,
): Promise<string[] | null> {
  if (letter === "report-decided") return await reportDecided(post, t, id);
  if (letter === "held" || letter === "held-shown") return await held(post, t, id, letter);
  const statement = await findStatement(post.sql, id);
  if (statement === null || statement.accountId !== accountId) return null;
  const what = { kind: t(`moderation.kind.${statement.kind}`), title: statement.title };
  const page = post.uris.at(`/moderation/statements/${id}`);
  const more = t("moderation.mail-read", { address: page });
  if (letter === "shown-again") return [t("moderation.mail-shown-again-text", what), more];
  if (letter === "appeal-decided") {
    if (statement.appeal?.outcome == null) return null;
    return [
      t(`moderation.mail-appeal-${statement.appeal.outcome}`, what),
      t("statements.note-reason", { reason: statement.appeal.reason }),
      more,
    ];
  }
  return [
    t("moderation.mail-statement-text", what),
    t("moderation.mail-rule", { rule: t(`moderation.rule.${statement.rule}`) }),
    t("statements.note-reason", { reason: statement.reason }),
    t("moderation.mail-appeal-how", { date: t.date(appealUntil(statement.decidedAt), "date"), address: page }),
  ];
}

async function reportDecided({ sql, uris }: Post, t: Translator, id: string): Promise<string[] | null> {
  const [report] = await sql<{ outcome: Outcome | null; createdAt: Date }[]>`
    select outcome, created_at from report where id = ${id}`;
  if (report?.outcome == null) return null;
  return [
    t(`moderation.mail-report-${report.outcome}`, { date: t.date(report.createdAt, "date") }),
    t("moderation.mail-report-rules", { address: uris.at("/moderation/rules") }),
  ];
}

async function held(
  { sql, uris }: Post,
  t: Translator,
  id: string,
  letter: "held" | "held-shown",
): Promise<string[] | null> {
  const [subject] = await sql<(Pick<Subject, "kind" | "id" | "origin" | "url" | "title"> & { isHeld: boolean })[]>`
    select kind, id, origin, url, title, hidden_at is not null and hidden_reason = '' as is_held
    from subject where id = ${id} and deleted_at is null`;
  if (subject === undefined || subject.isHeld !== (letter === "held")) return null;
  const what = { kind: t(`moderation.kind.${subject.kind}`), title: subject.title };
  return [
    t(letter === "held" ? "moderation.mail-held-text" : "moderation.mail-shown-again-text", what),
    t("moderation.mail-read", { address: uris.at(pagePathOf(subject)) }),
  ];
}
