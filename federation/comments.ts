// The comments room's third door: ours → wire, and the copies of comments other Koinon nodes speak for.
import { type Actor, addressOf } from "../src/actors/actor.ts";
import type { Comment } from "../src/comments/comment.ts";
import { receiveComment } from "../src/comments/remote.ts";
import type { Tx } from "../src/platform/db.ts";
import { escapeHtml } from "../src/platform/html.ts";
import { refuseUnless } from "../src/platform/refusal.ts";
import { cleanRemoteHtml, markdownToHtml, plainText } from "../src/platform/rich-text.ts";
import type { Process } from "../src/processes/process.ts";
import { audienceOf, countsOf, isLater } from "./proposals.ts";
import { contentLengthMax, lineOf, textOf, type WirePost } from "./reading.ts";
import { civicLink, inOneLanguage, type Json, objectContext } from "./vocabulary.ts";
import { wordsIn } from "./wording.ts";

const stances = ["for", "against", "neutral"] as const;

/**
 * A comment as a Note in reply to what it answers, whose author is mentioned so that they hear of it. Where an
 * institution speaks for a person, the person's name stands below the text. No `name`: that would be a vote in a poll.
 */
export function commentToObject(comment: Comment, process: Process | null, answered: Actor | null): Json {
  const t = wordsIn(comment.language);
  const isOwnVoice = comment.authorType === "Person";
  const stance =
    comment.stance === null ? "" : `<p><strong>${escapeHtml(t(`wire.stance-${comment.stance}`))}</strong></p>`;
  const text = String(markdownToHtml(comment.body));
  const signature = isOwnVoice || comment.authorName === "" ? "" : `<p>— ${escapeHtml(comment.authorName)}</p>`;
  const content = `${stance}${text}${signature}`;
  const audience = audienceOf(comment.authorUri, process ?? { actorUri: null });
  const mentioned = answered !== null && answered.uri !== comment.authorUri ? answered : null;
  return {
    "@context": objectContext,
    id: comment.uri,
    type: "Note",
    attributedTo: comment.authorUri,
    ...audience,
    cc: [...(audience.cc as string[]), ...(mentioned === null ? [] : [mentioned.uri])],
    inReplyTo: comment.parentUri ?? comment.threadUri,
    content,
    contentMap: inOneLanguage(content, comment.language),
    url: comment.url,
    published: comment.publishedAt.toISOString(),
    ...(isLater(comment.updatedAt, comment.publishedAt) ? { updated: comment.updatedAt.toISOString() } : {}),
    tag: [
      civicLink(comment.uri),
      ...(mentioned === null ? [] : [{ type: "Mention", href: mentioned.uri, name: addressOf(mentioned) }]),
    ],
    ...countsOf(comment),
    civic: {
      kind: "comment",
      body: text,
      author: isOwnVoice ? null : comment.authorName,
      stance: comment.stance,
    },
  };
}

/** Keeps a comment that another Koinon node speaks for, with the person's name and stance, as read from its own origin. */
export async function keepComment(tx: Tx, post: WirePost, now: Date, author: Actor): Promise<void> {
  refuseUnless(post.inReplyTo !== null && post.isPublic, "unsupported-object");
  // A name without a text is a vote in a poll, which decides nothing here.
  refuseUnless(plainText(post.html).trim() !== "", "unsupported-object");
  const civic = post.civic ?? {};
  await receiveComment(
    tx,
    {
      uri: post.id,
      url: post.url,
      inReplyTo: post.inReplyTo,
      author,
      // Empty is another thing than absent: a voice was lent, and whoever spoke by it is named no more.
      authorName: civic.author === "" ? "" : lineOf(civic.author, 200) || author.name,
      html: String(cleanRemoteHtml(textOf(civic.body, contentLengthMax))) || post.html,
      language: post.language,
      stance: stances.find((stance) => stance === civic.stance) ?? null,
      publishedAt: post.publishedAt ?? now,
      updatedAt: post.updatedAt,
    },
    now,
  );
}
