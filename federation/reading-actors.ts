// Wire → plain data: the actors of other servers and their keys, read without trust. Nothing here fetches, stores or decides.
import type { ActorKey, ActorType, RemoteActor } from "../src/actors/actor.ts";
import { Refused, refuseUnless } from "../src/platform/refusal.ts";
import { cleanRemoteHtml, plainText } from "../src/platform/rich-text.ts";
import { countOf, isObject, listOf, nameLengthMax, textOf, typeOf, uriOf, urlOf } from "./reading.ts";
import type { Json } from "./vocabulary.ts";

const actorTypes: readonly string[] = [
  "Application",
  "Group",
  "Organization",
  "Person",
  "Service",
] satisfies ActorType[];

export interface WireActor extends RemoteActor {
  /** What it signs with, as its document has it. */
  readonly keys: readonly ActorKey[];
  readonly civic: Json | null;
  readonly followersCount: number;
  readonly outboxUri: string | null;
}

/**
 * An actor's document. The caller has fetched it from its own origin and checked that its id is the one asked for.
 * @throws Refused `not-an-actor` for anything else, `forged` where inbox or key belong to another origin.
 */
export function readActor(json: unknown): WireActor {
  refuseUnless(isObject(json) && actorTypes.includes(typeOf(json)), "not-an-actor");
  const [uri, inboxUri] = [uriOf(json), uriOf(json.inbox)];
  const handle = textOf(json.preferredUsername, 200);
  refuseUnless(uri !== null && inboxUri !== null && handle !== "", "not-an-actor");
  const { origin, host } = new URL(uri);
  const sharedInboxUri = isObject(json.endpoints) ? uriOf(json.endpoints.sharedInbox) : null;
  for (const address of [inboxUri, sharedInboxUri]) {
    if (address !== null && new URL(address).origin !== origin) throw new Refused("forged", { uri });
  }
  for (const key of listOf(json.publicKey)) {
    if (isObject(key) && key.owner !== undefined && uriOf(key.owner) !== uri) throw new Refused("forged", { uri });
  }
  return {
    uri,
    type: typeOf(json) as ActorType,
    handle,
    host,
    name: plainText(textOf(json.name, nameLengthMax)) || handle,
    summary: String(cleanRemoteHtml(textOf(json.summary, 20_000))),
    url: urlOf(json.url),
    iconUrl: urlOf(isObject(listOf(json.icon)[0]) ? (listOf(json.icon)[0] as Json).url : json.icon),
    inboxUri,
    sharedInboxUri,
    keys: keysIn(json, uri),
    civic: isObject(json.civic) ? json.civic : null,
    followersCount: countOf(json.followers),
    outboxUri: uriOf(json.outbox),
  };
}

const keysMax = 8;
const keyLengthMax = 4_000;

/** Of its own: one that names another controller, or is of another origin, is nobody's here. */
function keysIn(json: Json, uri: string): ActorKey[] {
  const { origin } = new URL(uri);
  const listed = [...listOf(json.publicKey), ...listOf(json.assertionMethod)].slice(0, keysMax).filter(isObject);
  return listed.flatMap((one) => {
    const id = uriOf(one);
    const key = textOf(one.publicKeyPem, keyLengthMax).trim() || textOf(one.publicKeyMultibase, keyLengthMax);
    const isTheirs =
      id !== null &&
      new URL(id).origin === origin &&
      [undefined, uri].includes((one.owner ?? one.controller) as string);
    return isTheirs && key !== "" ? [{ id, key }] : [];
  });
}
