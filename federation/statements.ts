// Statements of reasons and appeals between servers: a message to the author alone, who answers it to appeal. People on
// Mastodon read and answer it as any message. Another Koinon node reads the link in it too, and shows it to its person.
import { findActorById, listOrganisationActors } from "../src/actors/queries.ts";
import { findComment } from "../src/comments/queries.ts";
import { moderatesThread } from "../src/comments/remote.ts";
import type { RecordedEvent } from "../src/events.ts";
import { type Rule, rules } from "../src/moderation/statement.ts";
import {
  keepOutcomeOfOwner,
  keepStatementOfOwner,
  noteMessage,
  receiveAppeal,
} from "../src/moderation/statement-actions.ts";
import { findMessages, findStatement } from "../src/moderation/statement-queries.ts";
import { escapeHtml } from "../src/platform/html.ts";
import { isLanguage, type Language } from "../src/platform/i18n.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { plainText } from "../src/platform/rich-text.ts";
import { clip } from "../src/platform/text.ts";
import { findProcess } from "../src/processes/queries.ts";
import { findSubject } from "../src/subjects/queries.ts";
import type { Subject } from "../src/subjects/subject.ts";
import type { Received } from "./inbox.ts";
import { isForEveryone, readPost, textOf, typeOf, uriOf } from "./reading.ts";
import type { Outgoing, Telling } from "./sending/telling.ts";
import { inOneLanguage, type Json, NS } from "./vocabulary.ts";
import { wordsIn } from "./wording.ts";

/** `href`: what the statement is about. `name`: the rule. */
const statementRel = `${NS}statement`;
/** `href`: the message the appeal was against. `name`: `upheld` or `reinstated`. */
const outcomeRel = `${NS}appealOutcome`;
const reasonLengthMax = 2_000;
const notePath = "/moderation/statements/";

/** To the author of what a moderator of ours has hidden: why, and how to appeal. */
export async function tellStatement(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const found = await statementToTell(telling, event);
  if (found === null || found.statement.endedAt !== null) return [];
  const { statement, subject, voiceUri, language, t } = found;
  const uri = `${telling.uris.at(notePath)}${statement.id}`;
  // A changed reason changes the message: an answer to it is an answer to the decision as it stands.
  const type = (await findMessages(telling.tx, statement.id)).statementNoteUri === null ? "Create" : "Update";
  await noteMessage(telling.tx, { statementId: statement.id, isAppeal: false, uri });
  const words = [
    t("statements.note-hidden", { kind: t(`moderation.kind.${subject.kind}`), uri: subject.url }),
    t("statements.note-rule", {
      rule: t(`moderation.rule.${statement.rule}`),
      rules: telling.uris.at("/moderation/rules"),
    }),
    t("statements.note-reason", { reason: statement.reason }),
    t("statements.note-means", { host: telling.uris.host }),
    t("statements.note-appeal"),
  ];
  const link = { type: "Link", rel: statementRel, href: subject.uri, name: statement.rule };
  return [
    await message(telling, event, {
      uri,
      from: voiceUri,
      toId: statement.actorId,
      inReplyTo: null,
      type,
      words,
      link,
      language,
    }),
  ];
}

/** To the author on another server: what was decided about their appeal, or that it is shown again. */
export async function tellAppealDecided(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const found = await statementToTell(telling, event);
  if (found === null) return [];
  const { statement, subject, voiceUri, language, t } = found;
  const { statementNoteUri, appealNoteUri } = await findMessages(telling.tx, statement.id);
  if (statementNoteUri === null) return [];
  const outcome = statement.appeal?.outcome ?? "reinstated";
  const words = [
    t(outcome === "upheld" ? "statements.note-upheld" : "statements.note-reinstated", { uri: subject.url }),
    ...(statement.appeal?.reason ? [t("statements.note-reason", { reason: statement.appeal.reason })] : []),
  ];
  const link = { type: "Link", rel: outcomeRel, href: statementNoteUri, name: outcome };
  const inReplyTo = appealNoteUri ?? statementNoteUri;
  const uri = `${telling.uris.at(notePath)}${statement.id}/outcome`;
  return [
    await message(telling, event, { uri, from: voiceUri, toId: statement.actorId, inReplyTo, words, link, language }),
  ];
}

/** From one of our people, by the voice their words had, to the moderators of the node that has hidden them. */
export async function tellAppealMade(telling: Telling, event: RecordedEvent<Json>): Promise<Outgoing[]> {
  const { tx, uris } = telling;
  const statement = await findStatement(tx, String(event.data.statementId));
  const subject = await findSubject(tx, event.subjectUri);
  if (statement?.appeal == null || subject?.authorUri == null || statement.appeal.words === "") return [];
  const { statementNoteUri, senderId } = await findMessages(tx, statement.id);
  const uri = `${uris.at(notePath)}${statement.id}/appeal`;
  await noteMessage(tx, { statementId: statement.id, isAppeal: true, uri });
  const words = statement.appeal.words.split(/\n{2,}/);
  const inReplyTo = statementNoteUri;
  return [
    await message(telling, event, {
      uri,
      from: subject.authorUri,
      toId: senderId,
      inReplyTo,
      words,
      link: null,
      language: subject.language,
    }),
  ];
}

async function statementToTell({ tx }: Telling, event: RecordedEvent<Json>) {
  const statement = await findStatement(tx, String(event.data.statementId));
  const subject = await findSubject(tx, event.subjectUri);
  if (statement?.actorId == null || subject === null) return null;
  const language = await languageFor(tx, subject);
  return { statement, subject, voiceUri: await voiceFor(tx, subject), language, t: wordsIn(language) };
}

/** What they wrote in; where their server does not say (Misskey), or we have no words of it, what their process speaks. */
async function languageFor(tx: Telling["tx"], subject: Subject): Promise<Language> {
  const process = subject.processUri === null ? null : await findProcess(tx, subject.processUri);
  const spoken = [subject.language, ...(process?.languages ?? [])].map((tag) => tag?.split("-")[0]);
  return spoken.find(isLanguage) ?? "en";
}

/** Who answers for the place something stood in: its process where that is ours, else the city. */
async function voiceFor(tx: Telling["tx"], subject: Subject): Promise<string> {
  const process = subject.processUri === null ? null : await findProcess(tx, subject.processUri);
  if (process?.origin === null && process.actorUri !== null) return process.actorUri;
  const [city] = await listOrganisationActors(tx);
  if (city === undefined) throw new Error("a node without an organisation has nobody to speak");
  return city.uri;
}

async function message(
  { tx, uris }: Telling,
  event: RecordedEvent<Json>,
  said: {
    readonly uri: string;
    readonly from: string;
    readonly toId: string | null;
    readonly inReplyTo: string | null;
    readonly words: readonly string[];
    readonly link: Json | null;
    readonly language: string | null;
    readonly type?: "Create" | "Update";
  },
): Promise<Outgoing> {
  const to = said.toId === null ? null : await findActorById(tx, said.toId);
  const recipients = to === null ? [] : [to.uri];
  const content = said.words.map((words) => `<p>${escapeHtml(words).replaceAll("\n", "<br />")}</p>`).join("");
  const mention = to === null ? [] : [{ type: "Mention", href: to.uri, name: `@${to.handle}@${to.host}` }];
  const object = {
    id: said.uri,
    type: "Note",
    attributedTo: said.from,
    to: recipients,
    ...(said.inReplyTo === null ? {} : { inReplyTo: said.inReplyTo }),
    content,
    ...(said.language === null ? {} : { contentMap: inOneLanguage(content, said.language) }),
    url: uris.at("/moderation/rules"),
    published: event.at.toISOString(),
    ...(said.type === "Update" ? { updated: event.at.toISOString() } : {}),
    tag: [...mention, ...(said.link === null ? [] : [said.link])],
  };
  return { actorUri: said.from, type: said.type ?? "Create", object, kind: "private", recipients };
}

/** Whether a Create may be such a message: told from its outside, before anything is asked of the database. */
export function isMessage(object: Json | null): object is Json {
  if (object === null || typeOf(object) !== "Note") return false;
  return !isForEveryone(object) || (uriOf(object.inReplyTo) ?? "").includes(notePath);
}

/**
 * A message to one of our actors about moderation: a statement, an answer to one, or what was decided about it.
 * @returns false where it is something else.
 * @throws Refused `forged`, `not-allowed` where its sender does not answer for the thread, and as the actions say.
 */
export async function receiveMessage({ tx, now, from }: Received, object: Json): Promise<boolean> {
  const post = readPost({ attributedTo: from.uri, ...object });
  refuseUnless(post.authorUri === from.uri, "forged");
  refuseUnless(new URL(post.id).origin === new URL(from.uri).origin, "forged");
  const text = plainText(post.html).replace(/^(?:@\S+\s*)+/, "");
  const link = linkOf(object);
  if (link?.rel === statementRel) {
    const comment = await findComment(tx, link.href);
    refuseUnless(comment !== null && comment.origin === null, "not-found");
    refuseUnless(await moderatesThread(tx, comment, from.uri), "not-allowed");
    const rule: Rule = rules.find((one) => one === link.name) ?? "other";
    const told = { from, noteUri: post.id, subjectUri: comment.uri, rule, reason: clip(text, reasonLengthMax) };
    await keepStatementOfOwner(tx, told, now);
    return true;
  }
  if (link?.rel === outcomeRel) {
    const outcome = link.name === "reinstated" ? "reinstated" : "upheld";
    await keepOutcomeOfOwner(
      tx,
      { from, statementNoteUri: link.href, outcome, reason: clip(text, reasonLengthMax) },
      now,
    );
    return true;
  }
  if (post.inReplyTo === null) return false;
  return await receiveAppeal(tx, { from, inReplyTo: post.inReplyTo, uri: post.id, text }, now);
}

function linkOf(object: Json): { rel: string; href: string; name: string } | null {
  for (const tag of [object.tag].flat().slice(0, 20) as Json[]) {
    if (tag === null || typeof tag !== "object" || typeOf(tag) !== "Link") continue;
    const [rel, href] = [textOf(tag.rel, 200), uriOf(tag.href)];
    if (href !== null && (rel === statementRel || rel === outcomeRel)) return { rel, href, name: textOf(tag.name, 40) };
  }
  return null;
}
