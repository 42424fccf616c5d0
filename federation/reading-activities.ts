// Wire → plain data: what other servers say happened, read without trust. Nothing here fetches, stores or decides.
import { refuseUnless } from "../src/platform/refusal.ts";
import { plainText } from "../src/platform/rich-text.ts";
import {
  contentLengthMax,
  dateOf,
  isForEveryone,
  isObject,
  listOf,
  tagsMax,
  textOf,
  typeOf,
  uriOf,
  urisOf,
} from "./reading.ts";
import type { Json } from "./vocabulary.ts";

export interface WireActivity {
  readonly id: string;
  readonly type: string;
  readonly actorUri: string;
  readonly objectUri: string | null;
  readonly objectUris: readonly string[];
  /** The embedded object, where it is one. */
  readonly object: Json | null;
  readonly isPublic: boolean;
  readonly publishedAt: Date | null;
  /** Plain text: the reason of a Flag or of a moderator's Delete. */
  readonly text: string;
  /** Plain text, beside the other. */
  readonly summary: string;
}

/** @throws Refused `unsupported-object` for what is no activity at all. */
export function readActivity(json: unknown): WireActivity {
  refuseUnless(isObject(json), "unsupported-object");
  const [id, actorUri] = [uriOf(json), uriOf(json.actor)];
  refuseUnless(id !== null && actorUri !== null && listOf(json.actor).length === 1, "unsupported-object");
  const object = listOf(json.object)[0];
  return {
    id,
    type: typeOf(json),
    actorUri,
    objectUri: uriOf(object),
    objectUris: urisOf(json.object).slice(0, tagsMax),
    object: isObject(object) ? object : null,
    isPublic: isForEveryone(json),
    publishedAt: dateOf(json.published),
    text: plainText(textOf(json.content, contentLengthMax) || textOf(json.summary, contentLengthMax)).slice(0, 5_000),
    summary: plainText(textOf(json.summary, contentLengthMax)).slice(0, 500),
  };
}
