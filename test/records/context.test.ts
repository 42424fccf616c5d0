// Every word of records, parts and manifests has a meaning in our context, as a JSON-LD processor reads it, with no network.
import { preloadedContexts } from "@fedify/vocab-runtime";
import jsonld from "@fedify/vocab-runtime/jsonld";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordContextDocument } from "../../federation/records/context.ts";
import { meetingTexts } from "../../src/meetings/meeting-text-actions.ts";
import { vouchForMeetings } from "../../src/meetings/vouch.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { answerTexts } from "../../src/proposals/answer-text-actions.ts";
import { manifestPaths } from "../../src/records/manifest.ts";
import { type Json, recordTypes } from "../../src/records/record.ts";
import { fieldsOf } from "../../src/translations/translation.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { sayIn } from "../support/other-languages.ts";
import { fillNode } from "../support/whole-node.ts";

const NS = "https://w3id.org/koinon#";

let net: Network<"bilbao">;
let scopeUri: string;
let documents: Json[];
let parts: Json[];
beforeAll(async () => {
  net = await openNetwork("bilbao");
  const { sql } = net.nodes.bilbao;
  const { process } = await fillNode(net.nodes.bilbao, net.clock.now());
  scopeUri = process.uri;
  const [meeting] = await sql<{ uri: string }[]>`select uri from meeting`;
  const [answer] = await sql<{ uri: string }[]>`select uri from answer`;
  const at = { sql, by: net.nodes.bilbao.administrator };
  const inSpanish = { language: "es", now: net.clock.now() };
  const all = Object.fromEntries(fieldsOf.meeting.map((field) => [field, "palabras"]));
  await sayIn(at, meetingTexts, meeting!.uri, inSpanish, all);
  await sayIn(at, answerTexts, answer!.uri, inSpanish, { reasons: "palabras", term: "pronto" });
  await sql`update meeting set body = 'changed'`;
  await withTransaction(sql, (tx) => vouchForMeetings(tx, [meeting!.uri], net.clock.now()));
  const read = (rows: readonly { document: string }[]) => rows.map(({ document }) => JSON.parse(document) as Json);
  documents = read(await sql<{ document: string }[]>`select document from record`);
  parts = read(await sql<{ document: string }[]>`select document from record_part where document is not null`);
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

const get = async (path: string) => {
  const response = await net.nodes.bilbao.instance.fetch(new Request(`https://bilbao.test${path}`));
  return (await response.json()) as Json;
};

/** Nothing but the two contexts that records name; whatever else is asked for is a fault. */
const documentLoader = async (url: string) => {
  const ours = url === "https://w3id.org/koinon/v1" ? recordContextDocument : undefined;
  const document = ours ?? (url.endsWith("data-integrity/v2") ? preloadedContexts[url] : undefined);
  if (document === undefined) throw new Error(`${url} was asked for`);
  return { contextUrl: null, documentUrl: url, document };
};

/** `safe`: a word without meaning is a fault. */
const expand = async (document: Json) =>
  (await jsonld.expand(document as never, { documentLoader, safe: true } as never)) as Record<string, unknown>[];

test("a record of each kind expands, and no word of it is lost", async () => {
  const seen = new Set<unknown>();
  for (const document of documents) {
    const [expanded = {}] = await expand(document).catch((error: Error & { details?: unknown }) => {
      throw new Error(`${document.type}: ${JSON.stringify(error.details)}`);
    });
    expect(expanded["@type"]).toEqual([`${NS}${document.type}`]);
    expect(expanded[`${NS}subject`]).toEqual([{ "@id": document.subject }]);
    seen.add(document.type);
  }
  expect([...seen].sort()).toEqual(Object.values(recordTypes).sort());
  const [first] = documents;
  const strange = { ...first, data: { ...(first?.data as Json), strange: "a word of no meaning" } };
  await expect(expand(strange)).rejects.toThrow();
});

test("values have their types", async () => {
  const data = async (type: string) => {
    const [expanded = {}] = await expand(documents.find((document) => document.type === type)!);
    return (expanded[`${NS}data`] as [Record<string, unknown>])[0];
  };
  const process = await data("ProcessRecord");
  expect(process[`${NS}title`]).toEqual([{ "@language": "en", "@value": "Green squares" }]);
  const [{ "@list": phases }] = process[`${NS}phases`] as [{ "@list": Record<string, unknown>[] }];
  expect(phases[0]?.[`${NS}startsAt`]).toMatchObject([{ "@type": "http://www.w3.org/2001/XMLSchema#dateTime" }]);
  const answer = await data("AnswerRecord");
  expect(answer[`${NS}cost`]).toMatchObject([{ "https://schema.org/value": [{ "@value": "1200.50" }] }]);
  expect(answer[`${NS}proposal`]).toMatchObject([{ "@id": expect.stringContaining("/proposals/") }]);
  const tally = await data("TallyRecord");
  expect(tally[`${NS}of`]).toMatchObject([{ "@id": expect.stringContaining("https://bilbao.test/") }]);
});

test("parts expand in the context of their record", async () => {
  expect(parts.length).toBeGreaterThan(5);
  for (const part of parts) {
    const [expanded = {}] = await expand({ "@context": documents[0]!["@context"], ...part }).catch((error) => {
      throw new Error(`${JSON.stringify(part)}: ${JSON.stringify(error.details)}`);
    });
    expect(expanded["@type"]).toEqual([`${NS}RecordPart`]);
  }
  const proposal = parts.find((part) => part.title === "A bench under the trees")!;
  const [expanded = {}] = await expand({ "@context": documents[0]!["@context"], ...proposal });
  expect(expanded[`${NS}geometry`]).toEqual([{ "@type": "@json", "@value": proposal.geometry }]);
});

test("manifests and their pages expand", async () => {
  const { root, page } = manifestPaths(scopeUri);
  for (const [path, type] of [
    [root, "Manifest"],
    [page(""), "ManifestPage"],
  ] as const) {
    const [expanded = {}] = await expand(await get(path));
    expect(expanded["@type"]).toEqual([`${NS}${type}`]);
  }
});

test("the context is served as it is bundled", async () => {
  const response = await net.nodes.bilbao.instance.fetch(new Request("https://bilbao.test/ns/v1"));
  expect(response.headers.get("content-type")).toContain("application/ld+json");
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(recordContextDocument)));
});
