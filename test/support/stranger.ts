// A stranger's fediverse server in the test network: one actor with a key, an inbox that keeps what it gets, objects it
// serves. It signs as Mastodon does (draft-cavage) and follows no rule of ours.

import { createHash, createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { signJsonLd } from "@fedify/fedify";
import { contextLoader } from "../../federation/trust/contexts.ts";
import type { Network } from "./network.ts";

const AS2 = "https://www.w3.org/ns/activitystreams";
const PUBLIC = `${AS2}#Public`;
export type Json = Record<string, unknown>;

export interface Stranger {
  readonly uri: string;
  readonly host: string;
  /** Activities that were delivered here, in order. */
  readonly inbox: Json[];
  /** Signs and posts an activity to an inbox; `as` says who signs, itself unless said otherwise. */
  post(inboxUri: string, activity: Json, options?: { keyId?: string; date?: Date }): Promise<Response>;
  /** A whole activity: id, actor and context filled in. */
  activity(type: string, object: unknown, more?: Json): Json;
  /** The activity with a signature of its actor in the body, by which it can be forwarded. */
  signed(activity: Json): Promise<Json>;
  /** A public Note of its own; served at its address. */
  note(content: string, more?: Json): Json;
  /** Replaces what is served at an address; null: 404. */
  serve(uri: string, document: Json | null): void;
  /** New keys, as after a server was set up again. */
  rotateKey(): void;
}

let made = 0;

export function openStranger(
  net: Pick<Network<string>, "strangers" | "clock"> & { deliver: (request: Request) => Promise<Response> },
  { host = "mastodon.test", handle = "ana", type = "Person" } = {},
): Stranger {
  const uri = `https://${host}/users/${handle}`;
  const served = new Map<string, Json>();
  const inbox: Json[] = [];
  let keys: { publicKey: KeyObject; privateKey: KeyObject };
  const describe = () =>
    served.set(uri, {
      "@context": [AS2, "https://w3id.org/security/v1"],
      id: uri,
      type,
      preferredUsername: handle,
      name: `Ana of ${host}`,
      inbox: `${uri}/inbox`,
      outbox: `${uri}/outbox`,
      endpoints: { sharedInbox: `https://${host}/inbox` },
      publicKey: {
        id: `${uri}#main-key`,
        owner: uri,
        publicKeyPem: keys.publicKey.export({ type: "spki", format: "pem" }),
      },
    });
  const rotateKey = () => {
    keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
    describe();
  };
  rotateKey();

  net.strangers.set(host, async (request) => {
    const url = new URL(request.url);
    if (request.method === "POST") {
      inbox.push((await request.json()) as Json);
      return new Response(null, { status: 202 });
    }
    if (url.pathname === "/.well-known/webfinger") {
      const links = [{ rel: "self", type: "application/activity+json", href: uri }];
      return Response.json(
        { subject: `acct:${handle}@${host}`, links },
        { headers: { "content-type": "application/jrd+json" } },
      );
    }
    const document = served.get(request.url);
    if (document === undefined) return new Response(null, { status: 404 });
    return new Response(JSON.stringify(document), { headers: { "content-type": "application/activity+json" } });
  });

  return {
    uri,
    host,
    inbox,
    rotateKey,
    serve: (address, document) => void (document === null ? served.delete(address) : served.set(address, document)),
    activity: (activityType, object, more = {}) => ({
      "@context": AS2,
      id: `https://${host}/activities/${++made}`,
      type: activityType,
      actor: uri,
      object,
      ...more,
    }),
    async signed(activity) {
      const der = keys.privateKey.export({ type: "pkcs8", format: "der" });
      const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
      const key = await crypto.subtle.importKey("pkcs8", new Uint8Array(der), algorithm, true, ["sign"]);
      return (await signJsonLd(activity, key, new URL(`${uri}#main-key`), { contextLoader })) as Json;
    },
    note(content, more = {}) {
      const id = `https://${host}/notes/${++made}`;
      const published = net.clock.now().toISOString();
      const note = { id, type: "Note", attributedTo: uri, to: [PUBLIC], cc: [], content, published, ...more };
      served.set(id, { "@context": AS2, ...note });
      return note;
    },
    async post(inboxUri, activity, { keyId = `${uri}#main-key`, date = net.clock.now() } = {}) {
      const body = JSON.stringify(activity);
      const { pathname, host: to } = new URL(inboxUri);
      const headers: Record<string, string> = {
        host: to,
        date: date.toUTCString(),
        digest: `SHA-256=${createHash("sha256").update(body).digest("base64")}`,
      };
      const names = ["(request-target)", ...Object.keys(headers)];
      const base = names.map((name) => `${name}: ${headers[name] ?? `post ${pathname}`}`).join("\n");
      const signature = createSign("sha256").update(base).sign(keys.privateKey, "base64");
      const parameters = { keyId, algorithm: "rsa-sha256", headers: names.join(" "), signature };
      const signed = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
      const sent = { ...headers, signature: signed.join(","), "content-type": "application/activity+json" };
      return await net.deliver(new Request(inboxUri, { method: "POST", headers: sent, body }));
    },
  };
}
