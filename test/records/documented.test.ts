// docs/records.md shows one document of each type, as a node really writes them. UPDATE_DOCS=1 writes them anew.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordContextDocument } from "../../federation/records/context.ts";
import { canonicalText } from "../../src/platform/canonical.ts";
import { verifyDocument } from "../../src/platform/data-integrity.ts";
import { followKeys, keyFor } from "../../src/records/keys.ts";
import { manifestPaths, readManifest } from "../../src/records/manifest.ts";
import { type Json, type RecordDocument, readRecord, recordTypes } from "../../src/records/record.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { fillNode } from "../support/whole-node.ts";

const path = join(import.meta.dirname, "../../docs/records.md");
const [opening, closing] = ["<!-- examples -->\n", "<!-- /examples -->"];
const types = [...Object.values(recordTypes), "RecordPart", "Manifest", "ManifestPage"];

let net: Network<"bilbao">;
let made: Map<string, Json>;
beforeAll(async () => {
  net = await openNetwork("bilbao");
  made = await oneOfEach();
  if (process.env.UPDATE_DOCS === "1") writeExamples();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function oneOfEach(): Promise<Map<string, Json>> {
  const { bilbao } = net.nodes;
  const { process, proposal } = await fillNode(bilbao, net.clock.now());
  const rows = await bilbao.sql<{ document: string }[]>`
    select document from record where publisher_uri = ${bilbao.organisation.uri}
    order by (kind in ('tally', 'thread')) and subject_uri not like ${`${proposal.uri}/%`}, subject_uri, version desc`;
  const parts = await bilbao.sql<{ document: string }[]>`
    select document from record_part where subject_uri = ${proposal.uri}`;
  const { root, page } = manifestPaths(process.uri);
  const served = async (at: string) =>
    (await (await bilbao.instance.fetch(new Request(`https://bilbao.test${at}`))).json()) as Json;
  const all = [...rows, ...parts].map(({ document }) => JSON.parse(document) as Json);
  all.push(await served(root), await served(page("")));
  return new Map(all.reverse().map((document) => [String(document.type), document]));
}

function writeExamples(): void {
  const shown = types.map((type) => `### ${type}\n\n\`\`\`json\n${JSON.stringify(made.get(type), null, 2)}\n\`\`\`\n`);
  const [before, rest = ""] = readFileSync(path, "utf8").split(opening);
  const after = rest.slice(rest.indexOf(closing));
  writeFileSync(path, `${before}${opening}\n${shown.join("\n")}\n${after}`);
}

function examples(): Map<string, Json> {
  const blocks = readFileSync(path, "utf8").matchAll(/### (\w+)\n\n```json\n(.*?)\n```/gs);
  return new Map([...blocks].map(([, type, json]) => [type!, JSON.parse(json!) as Json]));
}

/** The words of a document and what kind of value each has; of lists, of all their items together. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(shapeOf(one))))].sort();
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, one]) => [name, shapeOf(one)]),
  );
}

test.each(types)("%s is shown as it is written", (type) => {
  expect(shapeOf(examples().get(type))).toEqual(shapeOf(made.get(type)));
});

test("what is shown can be checked with the key that is shown", () => {
  const shown = examples();
  const record = (type: string): RecordDocument => readRecord(canonicalText(shown.get(type)));
  const history = followKeys([record("KeyRecord")]);
  for (const type of Object.values(recordTypes)) {
    const { proof, recorded } = record(type);
    const key = keyFor(history, proof.verificationMethod, new Date(recorded));
    expect(verifyDocument({ ...record(type) }, key!)).toBe(true);
  }
  const root = readManifest(canonicalText(shown.get("Manifest")));
  expect(verifyDocument({ ...root }, keyFor(history, root.proof.verificationMethod, new Date(root.issued))!)).toBe(
    true,
  );
});

test("every kind stands in the table, with the words of others that are in the context", () => {
  const text = readFileSync(path, "utf8");
  const close = "http://www.w3.org/2004/02/skos/core#closeMatch";
  for (const entry of recordContextDocument["@graph"] as readonly Json[]) {
    const name = String(entry["@id"]).split("#")[1]!;
    if (!name.endsWith("Record")) continue;
    const row = text.split("\n").find((line) => line.startsWith(`| \`${name}\``));
    for (const { "@id": match } of entry[close] as { "@id": string }[]) {
      expect(row).toContain(match.split(/[/#]/).at(-1));
    }
  }
  expect(text.match(/^\| `\w+Record`/gm)).toHaveLength(Object.keys(recordTypes).length);
});
