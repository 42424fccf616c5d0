// A small fediverse on loopback: many hosts in one process, each with actors and keys, that take what they are sent and
// sign what they send. Each has a loopback address of its own (127.0.1.1 and on), so that no name has to be made anywhere, and
// speaks TLS like everyone on the fediverse, with a certificate made for the run (`openssl` has to be there).
import { execFileSync } from "node:child_process";
import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, request as httpRequest, type IncomingMessage, type RequestListener } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const AS2 = "https://www.w3.org/ns/activitystreams";
const PUBLIC = `${AS2}#Public`;

export interface Fediverse extends AsyncDisposable {
  readonly port: number;
  /** The certificate to trust: for NODE_EXTRA_CA_CERTS of who talks to these hosts. */
  readonly caFile: string;
  /** `https://127.0.1.1:PORT` and on, 250 to each third byte. */
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

/** From 1. */
const addressOf = (host: number) => `127.0.${1 + Math.floor((host - 1) / 250)}.${1 + ((host - 1) % 250)}`;

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
  const { caFile, certificates } = makeCertificates(hostCount);
  const doors = certificates.map((tls) => createServer({ ...tls, keepAliveTimeout: 30_000 }, answer));
  // A TLS server for each host would cost more than what is measured: hosts share one for each certificate.
  const servers = Array.from({ length: hostCount }, (_, index) =>
    createTcpServer((socket) => void doors[Math.floor(index / hostsPerCertificate)]!.emit("connection", socket)),
  );
  let port = 0;
  for (const [index, server] of servers.entries()) {
    server.listen(port, addressOf(index + 1));
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  return {
    port,
    caFile,
    origins: Array.from({ length: hostCount }, (_, index) => `https://${addressOf(index + 1)}:${port}`),
    taken,
    hostsWith: (type) => hostsByType.get(type)?.size ?? 0,
    forget() {
      taken.clear();
      hostsByType.clear();
    },
    actor: (host, name) => `https://${addressOf(host)}:${port}/users/${name}`,
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
      for (const server of servers) server.close();
      for (const door of doors) door.closeAllConnections();
    },
  };
}

/** Few enough that a handshake is not mostly their names. */
const hostsPerCertificate = 50;

/** Self-signed certificates, good for a day, each for some hosts; all of them in one file to trust. */
function makeCertificates(hostCount: number) {
  const dir = mkdtempSync(join(tmpdir(), "koinon-bench-tls-"));
  const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const certificates = Array.from({ length: Math.ceil(hostCount / hostsPerCertificate) }, (_, index) => {
    const hosts = Array.from({ length: hostsPerCertificate }, (_, place) => index * hostsPerCertificate + place + 1);
    const names = hosts.map((host) => `IP:${addressOf(host)}`).join(",");
    const [certFile, keyFile] = [join(dir, `${index}.pem`), join(dir, `${index}.key`)];
    const subject = [
      "-subj",
      `/CN=bench ${index}`,
      "-addext",
      `subjectAltName=${names}`,
      "-keyout",
      keyFile,
      "-out",
      certFile,
    ];
    execFileSync("openssl", [...request, ...subject], { stdio: "ignore" });
    return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  });
  const caFile = join(dir, "all.pem");
  writeFileSync(caFile, Buffer.concat(certificates.map(({ cert }) => cert)));
  return { caFile, certificates };
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
