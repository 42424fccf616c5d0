// A small fediverse on loopback: many hosts in one process, each with actors and keys, that take what they are sent and
// sign what they send. Each has a loopback address of its own (127.0.1.N), so that no name has to be made anywhere, and
// speaks TLS like everyone on the fediverse, with a certificate made for the run (`openssl` has to be there).
import { execFileSync } from "node:child_process";
import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { Agent, request as httpRequest, type IncomingMessage, type RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const AS2 = "https://www.w3.org/ns/activitystreams";
const PUBLIC = `${AS2}#Public`;

export interface Fediverse extends AsyncDisposable {
  readonly port: number;
  /** The certificate to trust: for NODE_EXTRA_CA_CERTS of who talks to these hosts. */
  readonly caFile: string;
  /** `https://127.0.1.N:PORT`, N from 1. */
  readonly origins: readonly string[];
  /** POSTs taken by the inboxes so far, by activity type. */
  readonly taken: Map<string, number>;
  /** Hosts that have taken one of this type. */
  hostsWith(type: string): number;
  forget(): void;
  actor(host: number, name: string): string;
  /** Signs (draft-cavage, as Mastodon does) and posts. Signing happens when this is called; sending when it is awaited. */
  prepare(inbox: string, actorUri: string, activity: object): () => Promise<number>;
}

export async function openFediverse(hostCount: number): Promise<Fediverse> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: "spki", format: "pem" });
  const taken = new Map<string, number>();
  const hostsByType = new Map<string, Set<string>>();
  const answer: RequestListener = (request, response) => {
    const host = request.headers.host ?? "";
    if (request.method === "POST") {
      void readBody(request).then((body) => {
        const type = String((JSON.parse(body) as { type?: unknown }).type);
        taken.set(type, (taken.get(type) ?? 0) + 1);
        const hosts = hostsByType.get(type) ?? new Set();
        hostsByType.set(type, hosts.add(host));
        response.writeHead(202).end();
      });
      return;
    }
    const uri = `https://${host}${request.url}`;
    const document = {
      "@context": [AS2, "https://w3id.org/security/v1"],
      id: uri,
      type: "Person",
      preferredUsername: uri.split("/").at(-1),
      name: "A reader",
      inbox: `${uri}/inbox`,
      endpoints: { sharedInbox: `https://${host}/inbox` },
      publicKey: { id: `${uri}#main-key`, owner: uri, publicKeyPem },
    };
    response.writeHead(200, { "content-type": "application/activity+json" }).end(JSON.stringify(document));
  };
  const { caFile, ...tls } = makeCertificate(hostCount);
  const servers = Array.from({ length: hostCount }, () => createServer({ ...tls, keepAliveTimeout: 30_000 }, answer));
  let port = 0;
  for (const [index, server] of servers.entries()) {
    server.listen(port, `127.0.1.${index + 1}`);
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  return {
    port,
    caFile,
    origins: Array.from({ length: hostCount }, (_, index) => `https://127.0.1.${index + 1}:${port}`),
    taken,
    hostsWith: (type) => hostsByType.get(type)?.size ?? 0,
    forget() {
      taken.clear();
      hostsByType.clear();
    },
    actor: (host, name) => `https://127.0.1.${host}:${port}/users/${name}`,
    prepare(inbox, actorUri, activity) {
      const body = JSON.stringify({ "@context": AS2, actor: actorUri, ...activity });
      const url = new URL(inbox);
      const headers: Record<string, string> = {
        host: url.host,
        date: new Date().toUTCString(),
        digest: `SHA-256=${createHash("sha256").update(body).digest("base64")}`,
      };
      const names = ["(request-target)", ...Object.keys(headers)];
      const base = names.map((name) => `${name}: ${headers[name] ?? `post ${url.pathname}`}`).join("\n");
      const value = createSign("sha256").update(base).sign(privateKey, "base64");
      const parameters = {
        keyId: `${actorUri}#main-key`,
        algorithm: "rsa-sha256",
        headers: names.join(" "),
        signature: value,
      };
      const signature = Object.entries(parameters)
        .map(([name, part]) => `${name}="${part}"`)
        .join(",");
      return async () => {
        const sent = httpRequest({
          host: "127.0.0.1",
          port: url.port,
          path: url.pathname,
          method: "POST",
          agent,
          headers: {
            ...headers,
            signature,
            "content-type": "application/activity+json",
            "content-length": Buffer.byteLength(body),
          },
        });
        sent.end(body);
        const [response] = (await once(sent, "response")) as [IncomingMessage];
        await readBody(response);
        return response.statusCode ?? 0;
      };
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** One self-signed certificate for all hosts, good for a day. */
function makeCertificate(hostCount: number) {
  const dir = mkdtempSync(join(tmpdir(), "koinon-bench-tls-"));
  const [caFile, keyFile] = [join(dir, "cert.pem"), join(dir, "key.pem")];
  const names = Array.from({ length: hostCount }, (_, index) => `IP:127.0.1.${index + 1}`).join(",");
  const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const subject = ["-subj", "/CN=bench", "-addext", `subjectAltName=${names}`, "-keyout", keyFile, "-out", caFile];
  execFileSync("openssl", [...request, ...subject], { stdio: "ignore" });
  return { caFile, cert: readFileSync(caFile), key: readFileSync(keyFile) };
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A public reply to a thing. */
export const replyTo = (actorUri: string, thing: string, number: number) => {
  const origin = new URL(actorUri).origin;
  const id = `${origin}/notes/${number}`;
  const content = `<p>Reply ${number}: a bench there would help those who walk to the market and have to rest on the way.</p>`;
  const note = {
    id,
    type: "Note",
    attributedTo: actorUri,
    inReplyTo: thing,
    content,
    published: new Date().toISOString(),
  };
  return { id: `${id}/activity`, type: "Create", to: [PUBLIC], cc: [], object: { ...note, to: [PUBLIC], cc: [] } };
};
