// What the records of hostile servers, and keys in the wrong hands, cannot do here.
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { applyRecords } from "../../federation/records/records.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { findMirror } from "../../src/mirrors/queries.ts";
import { canonicalText, digestOf } from "../../src/platform/canonical.ts";
import { signDocument, toMultibase } from "../../src/platform/data-integrity.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { hourMs, minuteMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { recordForgetting, writeRecords } from "../../src/records/actions.ts";
import { type CopyEntry, type CopySource, takeRecords } from "../../src/records/copy-actions.ts";
import { rotateKeys } from "../../src/records/key-actions.ts";
import { followKeys } from "../../src/records/keys.ts";
import { countsAt } from "../../src/records/known-key.ts";
import { keysOfPublisher, rememberKeys } from "../../src/records/known-key-actions.ts";
import { manifestPaths } from "../../src/records/manifest.ts";
import { findHead, findPart, listVersions } from "../../src/records/queries.ts";
import { type Json, RECORD_CONTEXT, readRecord } from "../../src/records/record.ts";
import { type Signer, signerOf } from "../../src/records/signing.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { anOfficial, aProcess, aProposal, aStranger } from "../support/build.ts";
import { openLiar } from "../support/liar.ts";
import { type Network, openNetwork } from "../support/network.ts";

let net: Network<"bilbao" | "porto">;
let process: Process;
const now = () => net.clock.now();

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  process = await aProcess(net.nodes.bilbao, { now: now() });
  await later();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());
afterEach(() => {
  net.weather = null;
});

async function later(ms = hourMs): Promise<void> {
  net.clock.advance(ms);
  await net.settle();
}

const get = async (path: string, init: RequestInit = {}, host = "bilbao.test") =>
  await net.deliver(new Request(`https://${host}${path}`, init));

const aLiar = (host: string) => openLiar(host, now);

/** What Porto makes of some records: taken, and shown. */
const take = async (source: CopySource, entries: readonly CopyEntry[]) =>
  await withTransaction(net.nodes.porto.sql, async (tx) => {
    const taken = await takeRecords(tx, source, entries, now());
    await applyRecords(tx, taken.heads, now());
    return taken;
  });

const ownSigner = async (): Promise<Signer> => {
  const { bilbao } = net.nodes;
  return await withTransaction(bilbao.sql, (tx) => signerOf(tx, bilbao.organisation.uri));
};

async function keep(scopeUri: string): Promise<void> {
  const { porto } = net.nodes;
  const by = await anOfficial(porto, { now: now() });
  await keepCopy(porto.sql, by, { scopeUri, kind: "process", ownOrigin: porto.uris.origin }, now());
  await net.settle();
}

describe("5 Update and Delete by others: purges", () => {
  test("a record purges no part of another city, not even before it has come", async () => {
    const { bilbao, porto } = net.nodes;
    const proposal = await aProposal(bilbao, { process, now: now() });
    const head = (await findHead(bilbao.sql, proposal.uri))!;
    const part = (await findPart(bilbao.sql, head.partDigest!))!.document!;
    const liar = aLiar("liar.test");
    await take(liar.source, [{ text: liar.record({ purges: [head.partDigest] }) }]);
    await keep(process.uri);
    await later();
    expect((await findPart(porto.sql, head.partDigest!))?.document).toBe(part);
    await take(liar.source, [
      { text: liar.record({ version: 2, previous: digestOf(liar.record()), purges: [head.partDigest] }) },
      {
        text: liar.record({ subject: `${process.uri.replace("bilbao", "liar")}/thread/1`, purges: [head.partDigest] }),
      },
    ]);
    expect((await findPart(porto.sql, head.partDigest!))?.document).toBe(part);
  });

  test("forgetting a name again writes nothing, where nothing is left to be purged", async () => {
    const { bilbao } = net.nodes;
    const proposal = await aProposal(bilbao, { process, now: now() });
    const head = JSON.parse((await findHead(bilbao.sql, proposal.uri))!.document) as Json;
    const draft = { kind: "proposal", subject: proposal.uri, process: process.uri, license: undefined } as const;
    const part = { title: "Without a name", text: "x", author: { name: "" } };
    const forget = () =>
      withTransaction(bilbao.sql, async (tx) => {
        const said = { ...draft, publisher: bilbao.organisation.uri, data: head.data as Json, part };
        await writeRecords(tx, [said], now());
        await recordForgetting(tx, proposal.uri, now());
      });
    await forget();
    const once = await listVersions(bilbao.sql, proposal.uri, 10);
    expect(once.length).toBe(3);
    await forget();
    await forget();
    expect(await listVersions(bilbao.sql, proposal.uri, 10)).toEqual(once);
  });
});

describe("5 Update and Delete by others: what only a mirror vouches for", () => {
  test("takes the place of nothing that was read at its own server, and hides none of it", async () => {
    const { bilbao, porto } = net.nodes;
    const fresh = await aProcess(bilbao, { now: now(), title: "As its city says" });
    await later();
    await keep(fresh.uri);
    const { document } = (await findHead(porto.sql, fresh.uri))!;
    // As if it had come by activities, and never as a copy.
    await porto.sql`delete from record where process_uri = ${fresh.uri}`;
    const live = await porto.sql`
      update actor set fetched_at = ${now()} from process where process.actor_id = actor.id and process.uri = ${fresh.uri}`;
    expect(live.count).toBe(1);
    const key = generateKeyPairSync("ed25519");
    const verificationMethod = `${bilbao.organisation.uri}#forged`;
    const forge = (more: Json) => {
      const { proof: _proof, data, ...said } = JSON.parse(document) as Json;
      const changed = { ...(data as Json), title: { en: "As a mirror says" }, updated: now().toISOString() };
      const by = { key: key.privateKey, verificationMethod, created: now() };
      return canonicalText(signDocument({ ...said, data: changed, ...more }, by));
    };
    const source: CopySource = {
      ...aLiar("mirror.test").source,
      keys: new Map([[verificationMethod, { key: key.publicKey, trust: "claimed", named: null }]]),
      scope: { uri: fresh.uri, publisher: bilbao.organisation.uri },
    };
    const first = forge({});
    expect(await take(source, [{ text: first }])).toMatchObject({ fresh: 1, refused: [] });
    const second = forge({ version: 2, previous: digestOf(first), standing: "hidden", reason: "Says the mirror." });
    expect(await take(source, [{ text: second }])).toMatchObject({ fresh: 1, refused: [] });
    expect(await findSubject(porto.sql, fresh.uri)).toMatchObject({ title: "As its city says", hiddenAt: null });
  });
});

describe("values that no database or parser takes", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const evil: Readonly<Record<string, (liar: ReturnType<typeof openLiar>) => string>> = {
    "an address with the character zero": (liar) => liar.record({ subject: "https://liar2.test/\0" }),
    "half a character in an address": (liar) => liar.record({ subject: "https://liar2.test/\ud800" }),
    "a year that is none": (liar) => liar.record({ recorded: "0000-01-01T00:00:00Z" }),
    "a reason with the character zero": (liar) => liar.record({ standing: "hidden", reason: "a\0b" }),
    "depth without end": (liar) => liar.record({ data: { a: 1 } }).replace('"a":1', `"a":${deep}`),
    "a number without end": (liar) => liar.record({ data: { a: 1 } }).replace('"a":1', '"a":1e999'),
  };
  test.each(Object.entries(evil))("%s is refused, and what came with it is taken", async (name, make) => {
    const liar = aLiar("liar2.test");
    const good = liar.record({ subject: `https://liar2.test/meetings/${encodeURIComponent(name)}` });
    const taken = await take(liar.source, [{ text: make(liar) }, { text: good }]);
    expect(taken).toMatchObject({ fresh: 1, refused: [{ digest: digestOf(make(liar)) }] });
  });
});

describe("a stolen key", () => {
  const named = (id: string, key: KeyObject, more: Json = {}) => ({
    id,
    publicKeyMultibase: toMultibase(key),
    from: "2026-01-01T00:00:00Z",
    ...more,
  });

  test("cannot write itself into the time before it was stolen", () => {
    const liar = aLiar("thief.test");
    const id = `${liar.publisher}#key`;
    const [next, thief] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
    const publicKey = [...liar.source.keys.values()][0]!.key;
    const of = (more: Json, key = liar.key, method = id) =>
      readRecord(
        canonicalText(
          signDocument(liar.said({ type: "KeyRecord", subject: `${liar.publisher}#keys`, ...more }), {
            key,
            verificationMethod: method,
            created: now(),
          }),
        ),
      );
    const nextId = `${liar.publisher}#next`;
    const kept = named(nextId, next.publicKey);
    const revoked = named(id, publicKey, { until: "2026-03-02T00:00:00Z", revoked: "2026-03-01T00:00:00Z" });
    const first = of({ recorded: "2026-01-01T00:00:00Z", data: { keys: [named(id, publicKey)] } });
    const before = of({
      recorded: "2026-02-01T00:00:00Z",
      version: 2,
      previous: digestOf(canonicalText(first)),
      data: { keys: [named(id, publicKey), kept] },
    });
    const replaced = of(
      {
        recorded: "2026-03-02T00:00:00Z",
        version: 3,
        previous: digestOf(canonicalText(before)),
        data: { keys: [revoked, kept] },
      },
      next.privateKey,
      nextId,
    );
    expect(followKeys([first, before, replaced]).keys.size).toBe(2);
    const forged = of({
      recorded: "2026-02-15T00:00:00Z",
      epoch: 9,
      version: 2,
      previous: digestOf(canonicalText(first)),
      data: { keys: [revoked, kept, named(`${liar.publisher}#thief`, thief.publicKey)] },
    });
    expect(() => followKeys([first, before, replaced, forged])).toThrow("recorded before the version it follows");
  });

  test("no stranger's history is taken for that of an institution whose own document was read", async () => {
    const { porto } = net.nodes;
    const liar = aLiar("read-before.test");
    const [known, claimed] = [generateKeyPairSync("ed25519"), [...liar.source.keys.values()][0]!.key];
    const history = liar.record({
      type: "KeyRecord",
      subject: `${liar.publisher}#keys`,
      data: { keys: [named(`${liar.publisher}#key`, claimed)] },
    });
    const offered = async () => [...(await keysOfPublisher(porto.sql, liar.publisher, [history])).values()];
    expect(await offered()).toMatchObject([{ trust: "claimed" }]);
    const actor = await aStranger(porto, { now: now() });
    const knownKeys = [{ id: `${liar.publisher}#of-old`, key: toMultibase(known.publicKey) }];
    await porto.sql`
      update actor set uri = ${liar.publisher}, known_keys = ${porto.sql.json(knownKeys)} where id = ${actor.id}`;
    expect(await offered()).toMatchObject([{ trust: "live" }]);
  });

  test("or a thousand of them fill no table", async () => {
    const { porto } = net.nodes;
    const { publisher } = aLiar("many-keys.test");
    for (const round of [1, 2, 3]) {
      const multibase = toMultibase(generateKeyPairSync("ed25519").publicKey);
      const keys = Array.from({ length: 300 }, (_, at) => ({ uri: `${publisher}#${round}-${at}`, multibase }));
      await rememberKeys(porto.sql, publisher, keys, now());
    }
    expect((await keysOfPublisher(porto.sql, publisher, [])).size).toBe(500);
  });

  test("changes nothing in a history that is kept, and gets no manifest taken", async () => {
    const { bilbao, porto } = net.nodes;
    const fresh = await aProcess(bilbao, { now: now() });
    await later();
    await keep(fresh.uri);
    const stolen = await ownSigner();
    const { uri } = bilbao.organisation;
    const path = manifestPaths(fresh.uri).root;
    const root = JSON.parse(await (await get(path)).text()) as Json;
    const by = (signer: Signer, document: Json): string => {
      const { proof: _proof, ...unsigned } = document;
      return canonicalText(signDocument(unsigned, { ...signer, created: now() }));
    };
    // Before anyone knows of the theft, it is believed.
    const far = by(stolen, { ...root, epoch: 1_000, sequence: 1, issued: now().toISOString() });
    const lie = (text: string) => {
      net.weather = async (request, pass) =>
        new URL(request.url).pathname === path && request.method === "GET"
          ? new Response(text, { headers: { "content-type": "application/ld+json" } })
          : await pass(request);
    };
    lie(far);
    await later(3 * hourMs);
    net.weather = null;
    net.clock.advance(hourMs);
    await rotateKeys(bilbao.sql, bilbao.organisation, now(), { stolenSince: new Date(+now() - 2 * hourMs) });
    await later(3 * hourMs);
    const good = await findMirror(porto.sql, fresh.uri);
    expect(good).toMatchObject({ state: "kept", error: null });

    const newest = (await findHead(porto.sql, `${uri}#keys`))!;
    const thief = toMultibase(generateKeyPairSync("ed25519").publicKey);
    const keyRecord = by(stolen, {
      ...(JSON.parse(newest.document) as Json),
      epoch: 1_000,
      version: newest.version + 1,
      previous: newest.digest,
      recorded: now().toISOString(),
      data: { keys: [{ id: `${uri}#thief`, publicKeyMultibase: thief, from: now().toISOString() }] },
    });
    const keys = await keysOfPublisher(porto.sql, uri, [keyRecord]);
    const known = keys.get(stolen.verificationMethod)!;
    expect(countsAt(known, now())).toBe(false);
    expect(keys.has(`${uri}#thief`)).toBe(false);
    const source = { ...aLiar("liar.test").source, keys, scope: { uri: fresh.uri, publisher: uri } };
    const taken = await take(source, [{ text: keyRecord }]);
    expect(taken).toMatchObject({ fresh: 0, refused: [{ code: "wrong-key" }] });

    lie(by(stolen, { ...root, epoch: 2_000, sequence: 1, issued: now().toISOString() }));
    await later(3 * hourMs);
    expect(await findMirror(porto.sql, fresh.uri)).toMatchObject({ state: "refused", error: "wrong-key" });
    lie(by(stolen, { ...root, epoch: 2_000, sequence: 1, issued: root.issued }));
    await later(3 * hourMs);
    expect(await findMirror(porto.sql, fresh.uri)).toMatchObject({ state: "refused", error: "older-root" });
    net.weather = null;
    await later(3 * hourMs);
    expect(await findMirror(porto.sql, fresh.uri)).toMatchObject({ state: "kept", rootDigest: expect.any(String) });
  });

  test.each([0, 130])(
    "erases nothing of a node that asks its mirrors after a restore, dated %i minutes ago",
    async (minutes) => {
      const { bilbao } = net.nodes;
      const fresh = await aProcess(bilbao, { now: now() });
      const proposal = await aProposal(bilbao, { process: fresh, now: now() });
      await later();
      await keep(fresh.uri);
      const stolen = await ownSigner();
      await rotateKeys(bilbao.sql, bilbao.organisation, now(), { stolenSince: new Date(+now() - hourMs) });
      await later();
      const head = JSON.parse((await findHead(bilbao.sql, proposal.uri))!.document) as Json;
      const sign = (document: Json): string => {
        const { proof: _proof, part: _part, ...unsigned } = document;
        return canonicalText(signDocument(unsigned, { ...stolen, created: now() }));
      };
      // Dated before it was stolen, or after: there is no time in which it could have signed what is not known here.
      const dated = new Date(+now() - minutes * minuteMs).toISOString();
      const said = { ...head, recorded: dated, standing: "erased", data: {}, version: 7, previous: digestOf("x") };
      const erased = sign(said);
      const paths = manifestPaths(fresh.uri);
      const page = canonicalText({
        "@context": RECORD_CONTEXT,
        type: "ManifestPage",
        scope: fresh.uri,
        prefix: "",
        digests: [digestOf(erased)],
      });
      const root = JSON.parse(await (await get(paths.root)).text()) as Json;
      const forged = sign({
        ...root,
        count: 1,
        prefixLength: 0,
        pages: { "": digestOf(page) },
        sequence: 900,
        issued: dated,
      });
      const lies: Readonly<Record<string, string>> = {
        [paths.root]: forged,
        [paths.page(digestOf(page))]: page,
        [`/records/${digestOf(erased)}`]: erased,
      };
      const asked: string[] = [];
      net.weather = async (request, pass) => {
        const { host, pathname } = new URL(request.url);
        if (host === "porto.test" && request.method === "GET") asked.push(pathname);
        const lie = host === "porto.test" ? lies[pathname] : undefined;
        return lie === undefined
          ? await pass(request)
          : new Response(lie, { headers: { "content-type": "application/ld+json" } });
      };
      await bilbao.sql`insert into known_server (host, inbox_uri, is_koinon) values ('porto.test', 'https://porto.test/inbox', true)
      on conflict (host) do update set is_koinon = true`;
      await net.restart("bilbao");
      await net.settle();
      expect(asked).toContain(paths.root);
      expect(await findSubject(net.nodes.bilbao.sql, proposal.uri)).toMatchObject({ deletedAt: null, hiddenAt: null });
    },
  );
});

describe("7 SSRF addresses: in what records and manifests lead to", () => {
  test("no redirect and no comment in a thread is followed into the house", async () => {
    const { bilbao, porto } = net.nodes;
    const fresh = await aProcess(bilbao, { now: now() });
    await later();
    const inside = ["http://169.254.169.254/latest", "http://127.0.0.1:5432/", "http://[::1]/", "http://10.0.0.7/"];
    for (const address of inside) {
      net.weather = async (request, pass) =>
        /^\/(manifests|records)\//.test(new URL(request.url).pathname)
          ? new Response(null, { status: 302, headers: { location: address } })
          : await pass(request);
      await keep(fresh.uri);
      await later(3 * hourMs);
    }
    net.weather = null;
    const liar = aLiar("liar3.test");
    const comments = inside.map((address, at) => ({
      id: `${address.replace(/\/$/, "")}/comments/${at}`,
      inReplyTo: "https://liar3.test/p/1",
      published: now().toISOString(),
      state: "shown",
    }));
    const thread = {
      type: "ThreadRecord",
      subject: "https://liar3.test/p/1/thread/1",
      data: { of: "https://liar3.test/p/1", comments },
    };
    expect(await take(liar.source, [{ text: liar.record(thread) }])).toMatchObject({ fresh: 1, refused: [] });
    await net.settle({ inOutage: true });
    expect(net.wire.filter((line) => /169\.254|127\.0|\[::1\]|10\.0/.test(line))).toEqual([]);
    expect(await findSubject(porto.sql, comments[0]!.id)).toBeNull();
  });
});
