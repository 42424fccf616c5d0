// A node that fuzz inputs are thrown at, by a stranger whose signature is good: sends, watches the tables, adds up.
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { cpuUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Signer, signedHeaders } from "../../federation/trust/signing.ts";
import { hourMs } from "../../src/platform/time.ts";
import { aComment, aPhase, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openStranger } from "../support/stranger.ts";
import { type FuzzInput, openInputs, type Places } from "./fuzz-inputs.ts";

export interface FuzzFigures {
  inputs: number;
  readonly statuses: Map<number, number>;
  /** The processor's time for one input, from its sending to its answer: on a busy machine the clock's says nothing. */
  slowestMs: number;
  slowest: string;
  totalMs: number;
}

export interface FuzzTarget extends AsyncDisposable {
  readonly net: Network<"bilbao">;
  /** @throws Error naming seed and index of an input that broke a promise. */
  throwAt(seed: number, from: number, count: number): Promise<void>;
  readonly figures: FuzzFigures;
  /** Every row no stranger may change, or add: what is ours and what another server said. */
  untouchable(): Promise<readonly string[]>;
  /** Counters that are not what a count says: none, ever. */
  miscounted(): Promise<readonly unknown[]>;
}

const host = "fuzz.test";
/** Between two inputs, so that quotas by the hour are met now and then and do not stand before everything else. */
const pauseMs = 20_000;
const drainEvery = 50;

export async function openFuzzTarget(): Promise<FuzzTarget> {
  const net = await openNetwork("bilbao");
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  const process = await aProcess(bilbao, { now, phases: [aPhase(now, { endsInDays: 4_000 })] });
  const proposal = await aProposal(bilbao, { process, now });
  const comment = await aComment(bilbao, { on: proposal, by: await aResident(bilbao, { now }), now });
  const victim = openStranger(net, { host: "victim.test", handle: "mayor" });
  const note = victim.note("<p>the mayor's own words</p>", { inReplyTo: proposal.uri });
  await victim.post("https://bilbao.test/inbox", victim.activity("Create", note));
  const sender = openStranger(net, { host, handle: "mallory" });
  const keys = fuzzKeys(net, sender.uri);
  await net.settle();
  // The records of counts and threads are written some time after what they are about.
  net.clock.advance(hourMs);
  await net.settle();
  answerForEveryHost(net);

  const places: Places = {
    host,
    sender: sender.uri,
    ours: [proposal.uri, process.actorUri!, comment.uri, bilbao.organisation.uri],
    theirs: [String(note.id), victim.uri],
    inboxes: [
      ...Array<string>(8).fill("https://bilbao.test/inbox"),
      `${process.actorUri}/inbox`,
      "https://bilbao.test/actors/nobody/inbox",
    ],
  };
  const inputOf = openInputs(places);
  const { sql } = bilbao;
  await watchWrites(net);
  const writes = async () => Number((await sql`select last_value from fuzz_write`)[0]!.lastValue);
  const figures: FuzzFigures = { inputs: 0, statuses: new Map(), slowestMs: 0, slowest: "", totalMs: 0 };

  const throwAt = async (seed: number, from: number, count: number): Promise<void> => {
    for (let index = from; index < from + count; index++) {
      const name = `input ${index} of seed ${seed}`;
      const input = inputOf(seed, index);
      const request = await requestOf(input, keys, net.clock.now());
      const before = await writes();
      const usedBefore = cpuUsage();
      const { status } = await net.deliver(request);
      const { user, system } = cpuUsage(usedBefore);
      const tookMs = (user + system) / 1_000;
      figures.inputs++;
      figures.totalMs += tookMs;
      if (tookMs > figures.slowestMs) Object.assign(figures, { slowestMs: tookMs, slowest: name });
      figures.statuses.set(status, (figures.statuses.get(status) ?? 0) + 1);
      if (status >= 500) throw new Error(`${name}: ${status}\n${excerpt(input)}`);
      if (status >= 400 && (await writes()) !== before) {
        throw new Error(`${name}: answered ${status}, and something was written\n${excerpt(input)}`);
      }
      net.clock.advance(pauseMs);
      if (index % drainEvery === drainEvery - 1) await drained(net, name);
    }
    await drained(net, `the last of seed ${seed}`);
  };

  return {
    net,
    figures,
    throwAt,
    untouchable: () => untouchableOf(net),
    miscounted: () => miscountedIn(net),
    [Symbol.asyncDispose]: () => net[Symbol.asyncDispose](),
  };
}

const excerpt = ({ body, delivery }: FuzzInput) => `${delivery}: ${Buffer.from(body).toString().slice(0, 4_000)}`;

/** What the inputs promised is read too, at the stranger's: a job that fails is a fault of ours, since every host answers. */
async function drained(net: Network<"bilbao">, name: string): Promise<void> {
  try {
    await net.settle();
  } catch (error) {
    throw new Error(`after ${name}: a job failed`, { cause: error });
  }
  // Of a long run only the last requests are of use.
  net.wire.splice(0, Math.max(0, net.wire.length - 1_000));
}

/** A host nobody has set up has nothing; so no input is answered by a fault of the test. */
function answerForEveryHost(net: Network<"bilbao">): void {
  const known = net.strangers.get.bind(net.strangers);
  net.strangers.get = (name: string) => known(name) ?? (() => new Response(null, { status: 404 }));
}

interface Keys {
  readonly own: Signer;
  readonly other: Signer;
}

/** The stranger's key is one of ours to sign any bytes with, not only what JSON can hold. */
function fuzzKeys(net: Network<"bilbao">, sender: string): Keys {
  const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
  const [own, other] = [pair(), pair()];
  const answer = net.strangers.get(host)!;
  const publicKeyPem = own.publicKey.export({ type: "spki", format: "pem" });
  net.strangers.set(host, async (request) => {
    const response = await answer(request);
    if (request.url !== sender) return response;
    const document = (await response.json()) as Record<string, unknown>;
    const publicKey = { id: `${sender}#main-key`, owner: sender, publicKeyPem };
    return Response.json({ ...document, publicKey }, { headers: { "content-type": "application/activity+json" } });
  });
  const signer = (key: typeof own): Signer => ({
    keyId: `${sender}#main-key`,
    privateKey: createPrivateKey(key.privateKey.export({ type: "pkcs8", format: "pem" })),
  });
  return { own: signer(own), other: signer(other) };
}

async function requestOf(input: FuzzInput, keys: Keys, at: Date): Promise<Request> {
  const { body, inbox, delivery, dialect, pick } = input;
  const url = new URL(inbox);
  const contentType = "application/activity+json";
  let headers = new Headers({ "content-type": contentType });
  if (delivery !== "unsigned" && delivery !== "in-body") {
    const signer = delivery === "other-key" ? keys.other : keys.own;
    headers = await signedHeaders({ method: "POST", url, body, contentType }, signer, dialect, at);
  }
  headers.set("host", url.host);
  if (delivery === "spoiled-header") spoilHeader(headers, input);
  if (delivery === "unsigned" && pick([true, false])) headers.set("signature", pick(signatures));
  return new Request(url, { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> });
}

const signatures = [
  "",
  "keyId",
  'keyId="https://fuzz.test/users/mallory#main-key"',
  'keyId="",algorithm="rsa-sha256",headers="",signature=""',
  'keyId="https://bilbao.test/actors/bilbao#main-key",headers="(request-target) host date digest",signature="AAAA"',
  `sig1=:${"A".repeat(4_000)}:`,
  "sig1=:AAAA:, sig1=:AAAA:",
  `${"a,".repeat(5_000)}`,
];

function spoilHeader(headers: Headers, { pick }: FuzzInput): void {
  const flip = (name: string, change: (value: string) => string) => {
    const value = headers.get(name);
    if (value !== null) headers.set(name, change(value));
  };
  pick<() => void>([
    () => headers.set("date", pick(["yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "", "9".repeat(400)])),
    () => headers.delete("date"),
    () => headers.set("digest", pick(["SHA-256=AAAA", "MD5=x", "", "SHA-256=", "=,=,="])),
    () => headers.set("content-digest", pick(["sha-256=:AAAA:", "md5=:x:", "::"])),
    () => ["digest", "content-digest"].map((name) => headers.delete(name)),
    () => headers.set("content-type", pick(["text/plain", "application/json", "multipart/form-data", "x"])),
    () => headers.set("content-length", pick(["0", "99999999999", "-1", "x"])),
    () => headers.set("host", pick(["evil.test", "bilbao.test.", "bilbao.test:80", "127.0.0.1"])),
    () => headers.set("signature-input", pick(["sig1=()", "sig1=(;", 'sig1=("@method");created=x;keyid="y"'])),
    () => flip("signature", (value) => value.slice(0, value.length / 2)),
    () => flip("signature", (value) => `${value},${value}`),
    () => flip("signature", (value) => value.replaceAll("fuzz.test", "victim.test")),
    () => flip("signature", (value) => value.replace("digest", "x-digest")),
    () => flip("signature-input", (value) => value.replace('"content-digest"', '"content-type"')),
    () => flip("signature-input", (value) => value.replace(/created=\d+/, "created=99999999999999")),
  ])();
}

/** Counts every row written by anyone, rolled back ones too: a sequence does not go back. */
async function watchWrites({ nodes: { bilbao } }: Network<"bilbao">): Promise<void> {
  const { sql } = bilbao;
  await sql`create sequence fuzz_write`;
  await sql`create function fuzz_note() returns trigger language plpgsql as 'begin perform nextval(''fuzz_write''); return null; end'`;
  for (const { name } of await tablesOf(sql)) {
    await sql`create trigger fuzz_note after insert or update or delete on ${sql(name)} for each row execute function fuzz_note()`;
  }
}

type Sql = Network<"bilbao">["nodes"]["bilbao"]["sql"];
const tablesOf = async (sql: Sql) =>
  await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public' order by 1`;

/** Filled by what may come in, or changing by themselves. */
const openToAll = new Set([
  "job",
  "received_activity",
  "tombstone",
  "key_value",
  "reaction",
  "report",
  "report_subject",
  "event",
  // Of what was here and was taken back: a keyed digest of its address.
  "erased_thing",
  // What is counted and told of all this in records.
  "tally_change",
  "thread_change",
  "thread_entry",
  "manifest",
  "manifest_change",
  "manifest_page",
]);
/** Versions of these follow what comes in. */
const countedKinds = ["tally", "thread"];
const countColumns = [
  "like_count",
  "share_count",
  "comment_count",
  "followers_count",
  "updated_at",
  "fetched_at",
  "voices",
];

/** Rows that belong to neither the sender nor what it may fill, each without its counters. */
async function untouchableOf({ nodes: { bilbao } }: Network<"bilbao">): Promise<readonly string[]> {
  const { sql } = bilbao;
  const tables = (await tablesOf(sql)).filter(({ name }) => !openToAll.has(name));
  const perTable = tables.map(
    ({ name }) => sql<{ line: string }[]>`
      select ${name} || ' ' || line as line from (
        select (to_jsonb(t) - ${countColumns}::text[])::text as line from ${sql(name)} t
        where coalesce(to_jsonb(t) ->> 'kind', '') <> all(${name === "record" ? countedKinds : []}::text[])) lines
      where line not like ${`%https://${host}/%`} and line not like all(
        select '%' || id || '%' from actor where uri like ${`https://${host}/%`})
      order by 1`,
  );
  return (await Promise.all(perTable)).flatMap((rows) => rows.map(({ line }) => line));
}

async function miscountedIn({ nodes: { bilbao } }: Network<"bilbao">): Promise<readonly unknown[]> {
  return await bilbao.sql`
    select uri, comment_count, like_count, share_count from subject s
    where comment_count <> (select count(*) from subject voice
        where coalesce(voice.parent_uri, voice.thread_uri) = s.uri and voice.published_at is not null
          and voice.hidden_at is null and voice.deleted_at is null)
      and s.kind = 'comment'
      or like_count <> (select count(*) from reaction where subject_uri = s.uri and reaction.kind = 'like')
      or share_count <> (select count(*) from reaction where subject_uri = s.uri and reaction.kind = 'share')
    limit 5`;
}

/** The heap that is really in use, after collecting. */
export function heapUsedMb(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed / 1e6;
}
