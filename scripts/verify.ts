// npm run verify -- ADDRESS|FILE [--key MULTIKEY|ACTOR.JSON]: checks a record, a process or an archive, as a stranger would.
// Needs nothing of a node but the law of records; a file is checked without any network.
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { fromMultibase } from "../src/platform/data-integrity.ts";
import { type Checked, checkAddress, checkArchive, checkRecordFile, multikeysIn } from "./verify/checking.ts";
import { Unreadable } from "./verify/reading.ts";

const usage = `npm run verify -- ADDRESS|FILE [--key MULTIKEY|ACTOR.JSON]

  ADDRESS   of a record (…/records/sha256-…), a manifest (…/manifests/sha256-…), a process, a city, a proposal
  FILE      an archive (.ndjson, .ndjson.gz), or one record (.json), with its part beside it (.part.json)
  --key     whom to trust: the Multikey of the city (z6Mk…), or its actor's document in a file.
            Without it an address's city is asked for its key; a file is checked with the keys it brings itself.

It ends with 0 where everything holds, 1 where something does not, 2 where nothing could be checked.`;

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: "string", multiple: true }, help: { type: "boolean" } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [wanted, ...others] = positionals;
  if (wanted === undefined || others.length > 0) throw new Unreadable(`Name one address or file.\n\n${usage}`);
  const keys = (values.key ?? []).flatMap(readKey);
  const checked = await check(wanted, keys);
  tell(checked, keys.length > 0);
  if (checked.verdict.failureCount > 0) return 1;
  return checked.verdict.publishers.length === 0 ? 2 : 0;
}

async function check(wanted: string, keys: readonly string[]): Promise<Checked> {
  if (/^https?:\/\//.test(wanted)) return await checkAddress(wanted, keys);
  return /\.ndjson(\.gz)?$/.test(wanted) ? await checkArchive(wanted, keys) : await checkRecordFile(wanted, keys);
}

function readKey(text: string): string[] {
  const keys = existsSync(text) ? multikeysIn(readFileSync(text, "utf8")) : [text];
  if (keys.length === 0) throw new Unreadable(`${text} names no key`);
  for (const key of keys) {
    try {
      fromMultibase(key);
    } catch {
      throw new Unreadable(`${key} is no Ed25519 Multikey (z6Mk…)`);
    }
  }
  return keys;
}

const number = (value: number, one: string, many = `${one}s`) =>
  `${value.toLocaleString("en")} ${value === 1 ? one : many}`;

function tell({ what, verdict, wasAsked }: Checked, wasGiven: boolean): void {
  const { records, things, parts, partsWithheld, manifest, since, discounted, licenses } = verdict;
  console.log(`${what}`);
  console.log(
    `  ${number(records, "record")} of ${number(things, "thing")}, ${number(parts, "part")} with people's words`,
  );
  if (partsWithheld > 0) console.log(`  ${number(partsWithheld, "part")} not at hand: hidden, erased or kept back`);
  if (manifest !== null) {
    const { epoch, sequence, issued, count } = manifest;
    console.log(`  manifest ${sequence} of epoch ${epoch}, ${issued}: ${number(count, "record")}`);
  }
  if (since > 0 && manifest !== null) console.log(`  ${number(since, "record")} newer than the manifest`);
  if (discounted > 0) console.log(`  ${number(discounted, "record")} of a stolen key, replaced since: not counted`);
  if (licenses.length > 0) console.log(`  licence: ${licenses.join(", ")}`);
  for (const { uri, isTrusted } of verdict.publishers)
    console.log(`  ${uri}: ${trustOf(isTrusted, wasAsked, wasGiven)}`);
  for (const { subject, code, reason } of verdict.failures) console.log(`  FAILS ${subject}: ${reason} (${code})`);
  const more = verdict.failureCount - verdict.failures.length;
  if (more > 0) console.log(`  … and ${number(more, "more failure")}`);
  if (verdict.failureCount > 0) console.log("Not as it was signed.");
  else if (verdict.publishers.length === 0)
    console.log("Nothing could be checked: no key is at hand. Name one with --key.");
  else console.log("Everything holds.");
}

function trustOf(isTrusted: boolean, wasAsked: boolean, wasGiven: boolean): string {
  if (isTrusted) return wasGiven ? "signed under the key you gave" : "signed under the key it shows at its own address";
  if (wasAsked || wasGiven) return "not signed under the key that is trusted";
  return "signed by a key of the archive's own history; not checked against its city";
}

try {
  process.exitCode = await run();
} catch (error) {
  const isPlain = error instanceof Unreadable || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  console.error(isPlain ? (error as Error).message : error);
  process.exitCode = 2;
}
