// Deliveries to real servers on loopback: signed so that Fedify verifies them, in the dialect the peer reads, and
// patient with peers that fail.
import { generateKeyPairSync, webcrypto } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { verifyRequest } from "@fedify/fedify";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OutboxMessage, openPosting, postingLimits } from "../../federation/sending/posting.ts";
import { contextLoader } from "../../federation/trust/contexts.ts";
import { openGuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { GiveUp, Later, Retry } from "../../src/platform/jobs.ts";

const keyId = "https://city.example/actors/city#main-key";
let privateKey: webcrypto.CryptoKey;
let actor: Record<string, unknown>;
beforeAll(async () => {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const der = pair.privateKey.export({ type: "pkcs8", format: "der" });
  privateKey = await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
  const owner = "https://city.example/actors/city";
  const publicKeyPem = pair.publicKey.export({ type: "spki", format: "pem" });
  actor = {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
    id: owner,
    type: "Organization",
    inbox: `${owner}/inbox`,
    publicKey: { id: keyId, owner, publicKeyPem },
  };
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Knocked {
  readonly dialect: "draft-cavage" | "rfc9421";
  readonly isVerified: boolean;
  readonly headers: http.IncomingHttpHeaders;
}

/** A peer that verifies like Fedify and answers as told. */
async function aPeer(answer: (knocked: Knocked, count: number) => number | [number, Record<string, string>]) {
  const knocks: Knocked[] = [];
  const server = http.createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: "POST",
      headers: incoming.headers as Record<string, string>,
      body: Buffer.concat(chunks),
    });
    const documentLoader = async () => ({ contextUrl: null, documentUrl: actor.id as string, document: actor });
    const key = await verifyRequest(request, { documentLoader, contextLoader });
    const dialect = incoming.headers["signature-input"] ? "rfc9421" : "draft-cavage";
    knocks.push({ dialect, isVerified: key?.id?.href === keyId, headers: incoming.headers });
    const [status, headers] = [answer(knocks.at(-1)!, knocks.length)].flat() as [number, Record<string, string>?];
    outgoing.writeHead(status, headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return { knocks, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function posting(origins: string[], onGone?: (inbox: URL) => Promise<void>) {
  const clock = { at: new Date("2026-06-01T10:00:00Z").getTime() };
  const client = openGuardedFetch({ permittedOrigins: origins, userAgent: "Koinon test" });
  closing.push(() => client.close());
  // Signed at the true time, since the peer's clock is; resting and giving up follow the clock of the test.
  const now = () => new Date(clock.at === 0 ? Date.now() : clock.at);
  const keyFor = async (id: string) => (id === keyId ? privateKey : null);
  return { clock, post: openPosting({ fetch: client.fetch, keyFor, now, onGone }) };
}

function aMessage(origin: string, overrides: Partial<OutboxMessage> = {}): OutboxMessage {
  const activity = {
    id: "https://city.example/act/1",
    type: "Create",
    actor: actor.id,
    object: "https://city.example/n/1",
  };
  const keys = [{ keyId }];
  return { type: "outbox", keys, activity, inbox: `${origin}/inbox`, started: "2026-06-01T10:00:00Z", ...overrides };
}

const outcomeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "delivered",
    (error: unknown) => error,
  );

describe("signatures", () => {
  it("draft-cavage first, verified by Fedify, with one connection for many", async () => {
    const peer = await aPeer(({ isVerified }) => (isVerified ? 202 : 401));
    const { post, clock } = posting([peer.origin]);
    clock.at = 0;
    for (let i = 0; i < 3; i++) await post(aMessage(peer.origin));
    expect(peer.knocks.map(({ dialect, isVerified }) => [dialect, isVerified])).toEqual(
      Array(3).fill(["draft-cavage", true]),
    );
  });

  it("RFC 9421 where draft-cavage is refused, remembered for the server", async () => {
    const peer = await aPeer(({ dialect, isVerified }) => (dialect === "rfc9421" && isVerified ? 202 : 401));
    const { post, clock } = posting([peer.origin]);
    clock.at = 0;
    await post(aMessage(peer.origin));
    await post(aMessage(peer.origin));
    expect(peer.knocks.map(({ dialect }) => dialect)).toEqual(["draft-cavage", "rfc9421", "rfc9421"]);
  });

  it("headers of the message go along, without touching the signed ones", async () => {
    const peer = await aPeer(() => 202);
    const { post } = posting([peer.origin]);
    await post(aMessage(peer.origin, { headers: { "collection-synchronization": "x", digest: "forged" } }));
    expect(peer.knocks[0]!.headers["collection-synchronization"]).toBe("x");
    expect(peer.knocks[0]!.headers.digest).toMatch(/^SHA-256=/);
  });

  it("without its key nothing is sent", async () => {
    const peer = await aPeer(() => 202);
    const { post } = posting([peer.origin]);
    expect(
      await outcomeOf(post(aMessage(peer.origin, { keys: [{ keyId: "https://city.example/gone" }] }))),
    ).toBeInstanceOf(GiveUp);
    expect(peer.knocks).toEqual([]);
  });
});

describe("answers", () => {
  it.each<[number, string]>([
    [200, "delivered"],
    [202, "delivered"],
    [204, "delivered"],
    [301, "Error"],
    [307, "Error"],
    [401, "Error"],
    [403, "GiveUp"],
    [404, "GiveUp"],
    [408, "Error"],
    [410, "GiveUp"],
    [413, "GiveUp"],
    [422, "GiveUp"],
    [429, "Error"],
    [500, "Error"],
    [503, "Error"],
  ])("%d", async (status, expected) => {
    const gone: string[] = [];
    const elsewhere = { location: "http://127.0.0.1:9/inbox" };
    const peer = await aPeer(() => [status, status < 400 && status >= 300 ? elsewhere : {}]);
    const { post } = posting([peer.origin], async (inbox) => void gone.push(inbox.href));
    const outcome = await outcomeOf(post(aMessage(peer.origin)));
    expect(outcome instanceof Error ? outcome.name : outcome).toBe(expected);
    expect(gone).toEqual(status === 404 || status === 410 ? [`${peer.origin}/inbox`] : []);
  });

  it.each([
    ["120", 120_000],
    ["Mon, 01 Jun 2026 10:05:00 GMT", 300_000],
    ["99999999", postingLimits.retryAfterMsMax],
  ])("waits as long as it is asked to: Retry-After %s", async (value, ms) => {
    const peer = await aPeer(() => [429, { "retry-after": value }]);
    const outcome = await outcomeOf(posting([peer.origin]).post(aMessage(peer.origin)));
    expect(outcome).toBeInstanceOf(Retry);
    expect((outcome as Retry).afterMs).toBe(ms);
  });
});

describe("7 SSRF addresses: inboxes at forbidden ones (CVE-2026-96624)", () => {
  it.each(["https://127.0.0.1/inbox", "http://victim.example/inbox", "https://[::ffff:10.0.0.1]/inbox"])(
    "%s is given up, not tried",
    async (inbox) => {
      const peer = await aPeer(() => 202);
      const { post } = posting([peer.origin]);
      expect(await outcomeOf(post(aMessage(peer.origin, { inbox })))).toBeInstanceOf(GiveUp);
    },
  );

  it("a redirect is not followed", async () => {
    const other = await aPeer(() => 202);
    const peer = await aPeer(() => [307, { location: `${other.origin}/inbox` }]);
    await outcomeOf(posting([peer.origin, other.origin]).post(aMessage(peer.origin)));
    expect(other.knocks).toEqual([]);
  });
});

describe("a server that fails", () => {
  it("rests after five failures, is asked once when the rest is over, and is served again when it answers", async () => {
    let isUp = false;
    const peer = await aPeer(() => (isUp ? 202 : 500));
    const { post, clock } = posting([peer.origin]);
    for (let i = 0; i < postingLimits.failuresMax; i++) {
      expect(await outcomeOf(post(aMessage(peer.origin)))).not.toBeInstanceOf(Later);
    }
    const waiting = await outcomeOf(post(aMessage(peer.origin)));
    expect(waiting).toBeInstanceOf(Later);
    expect((waiting as Later).afterMs).toBeGreaterThanOrEqual(postingLimits.restMs);
    expect(peer.knocks).toHaveLength(5);

    clock.at += postingLimits.restMs + 1;
    const [asked, ...others] = await Promise.all([1, 2, 3].map(() => outcomeOf(post(aMessage(peer.origin)))));
    expect(asked).not.toBeInstanceOf(Later);
    expect(others.every((outcome) => outcome instanceof Later)).toBe(true);
    expect(peer.knocks).toHaveLength(6);

    // Twice the rest now; then it is back.
    clock.at += postingLimits.restMs + 1;
    expect(await outcomeOf(post(aMessage(peer.origin)))).toBeInstanceOf(Later);
    clock.at += postingLimits.restMs + 1;
    isUp = true;
    expect(await outcomeOf(post(aMessage(peer.origin)))).toBe("delivered");
    expect(await outcomeOf(post(aMessage(peer.origin)))).toBe("delivered");
  });

  it("is not given up on for a moment in which many deliveries failed together", async () => {
    const peer = await aPeer((_, count) => (count <= 20 ? 503 : 202));
    const { post } = posting([peer.origin]);
    const together = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(post(aMessage(peer.origin)))));
    expect(together.some((outcome) => outcome instanceof Later)).toBe(false);
    expect(peer.knocks).toHaveLength(20);
    expect(await outcomeOf(post(aMessage(peer.origin)))).toBe("delivered");
  });

  it("does not hold up others, and loses an activity after a week", async () => {
    const up = await aPeer(() => 202);
    const down = "http://127.0.0.1:9";
    const { post, clock } = posting([up.origin, down]);
    for (let i = 0; i < 5; i++) await outcomeOf(post(aMessage(down)));
    expect(await outcomeOf(post(aMessage(down)))).toBeInstanceOf(Later);
    expect(await outcomeOf(post(aMessage(up.origin)))).toBe("delivered");
    clock.at += 1_000;
    const old = aMessage(down, { started: new Date(clock.at - postingLimits.keptMs - 1).toISOString() });
    expect(await outcomeOf(post(old))).toBeInstanceOf(GiveUp);
  });
});
