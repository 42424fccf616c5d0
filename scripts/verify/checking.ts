// What `npm run verify` checks: a file with one record, an archive, or what stands at an address.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { isDigest } from "../../src/platform/canonical.ts";
import { readLine } from "../../src/records/archive.ts";
import { type Json, RecordRefused } from "../../src/records/record.ts";
import { type Failure, type Verdict, Verification } from "../../src/records/verification.ts";
import { download, linesOf, read, Unreadable } from "./reading.ts";

export interface Checked {
  readonly what: string;
  readonly verdict: Verdict;
  /** Whether its publisher could be asked for its key at its own address. */
  readonly wasAsked: boolean;
}

const ACTIVITY = "application/activity+json";
const RECORD = "application/ld+json";

/** An archive, in two passes: its keys and its manifest, then all else. */
export async function checkArchive(file: string, trusted: readonly string[], what = file): Promise<Checked> {
  const verification = new Verification({ trusted, isWhole: true });
  const failures: Failure[] = [];
  const note = (at: number, reason: string) => failures.push({ subject: `line ${at}`, code: "not-json", reason });
  await eachLine(file, note, (line) => {
    if (line.kind === "manifest") verification.takeManifest(line.document);
    if (line.kind === "page") verification.takePage(line.document);
    if (line.kind === "end") verification.takeEnd();
    // Cheap, and no record of keys is without it; what is no such record is not taken.
    if (line.kind === "record" && line.document.includes('"type":"KeyRecord"')) verification.takeKeys(line.document);
  });
  await eachLine(
    file,
    () => {},
    (line) => {
      if (line.kind === "record") verification.takeRecord(line.document, line);
    },
  );
  const verdict = verification.finish();
  const failureCount = verdict.failureCount + failures.length;
  return {
    what,
    verdict: { ...verdict, failures: [...failures, ...verdict.failures].slice(0, 100), failureCount },
    wasAsked: false,
  };
}

async function eachLine(
  file: string,
  fail: (at: number, reason: string) => void,
  take: (line: ReturnType<typeof readLine>) => void,
): Promise<void> {
  let at = 0;
  for await (const text of linesOf(file, () => fail(at, "the packed file is cut off here"))) {
    at += 1;
    try {
      take(readLine(text));
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
      fail(at, error.message);
    }
  }
}

/** One record in a file, with its part where that lies beside it as `<name>.part.json`. */
export async function checkRecordFile(file: string, trusted: readonly string[]): Promise<Checked> {
  const text = (await readText(file)).trimEnd();
  const beside = file.replace(/(\.jsonl?d?|\.jsonld)?$/, ".part.json");
  const part = beside !== file && existsSync(beside) ? (await readText(beside)).trimEnd() : null;
  const name = basename(file).replace(/\..*$/, "");
  const verification = new Verification({ trusted, isWhole: false });
  verification.takeKeys(text);
  takeAlone(verification, text, { ...(isDigest(name) ? { name } : {}), part });
  return { what: file, verdict: verification.finish(), wasAsked: false };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Unreadable(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** A version by itself, whose chain is not at hand. */
function takeAlone(verification: Verification, text: string, at: { name?: string; part: string | null }): void {
  verification.takeRecord(text, { ...at, isAlone: true });
}

/**
 * What stands at an address: a record, a manifest, or a page or actor that links to one. Its publisher is asked for its
 * key at its own address, wherever the copy was read.
 */
export async function checkAddress(address: string, given: readonly string[]): Promise<Checked> {
  const { pathname, origin } = new URL(address);
  const [area, name] = pathname.split("/").slice(1);
  if (area === "records" && isDigest(name)) return await checkRecordAt(origin, name, given);
  if (area === "manifests" && isDigest(name)) return await checkScopeAt(`${origin}/manifests/${name}`, given);
  const answer = await read(address, ACTIVITY);
  const links = linksIn(answer.text);
  const manifest = links.get("manifest");
  if (manifest !== undefined) return await checkScopeAt(manifest, given);
  const record = links.get("record");
  if (record !== undefined) return await checkAddress(record, given);
  throw new Unreadable(`${address} names no record and no manifest`);
}

async function checkScopeAt(root: string, given: readonly string[]): Promise<Checked> {
  const { publisher, scope } = documentIn(await found(root));
  const folder = await mkdtemp(join(tmpdir(), "koinon-verify-"));
  try {
    const file = join(folder, "archive.ndjson");
    await download(`${root}/archive`, file);
    const live = given.length > 0 ? [] : await liveKeys(String(publisher));
    return { ...(await checkArchive(file, [...given, ...live], String(scope))), wasAsked: live.length > 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A record, with every version before it and the history of its publisher's keys, as far as they can be had. */
async function checkRecordAt(origin: string, name: string, given: readonly string[]): Promise<Checked> {
  const address = (digest: string) => `${origin}/records/${digest}`;
  const [newest = "", ...before] = await chainBack(address, name);
  const { publisher, subject } = documentIn(newest);
  const live = given.length > 0 ? [] : await liveKeys(String(publisher));
  const verification = new Verification({ trusted: [...given, ...live], isWhole: false });
  const links = await linksOf(String(publisher));
  const keys = links.get("keys");
  const history =
    keys === undefined ? [] : await chainBack((digest) => keys.replace(/[^/]+$/, digest), keys.split("/").at(-1)!);
  for (const text of history) verification.takeKeys(text);
  if (String(subject).endsWith("#keys")) for (const text of [newest, ...before]) verification.takeKeys(text);
  for (const text of before.reverse()) verification.takeRecord(text);
  const part = await read(`${address(name)}/part`, RECORD);
  verification.takeRecord(newest, { name, part: part.status === 200 ? part.text : null });
  return { what: address(name), verdict: verification.finish(), wasAsked: live.length > 0 };
}

const versionsMax = 10_000;

/** The newest first. */
async function chainBack(address: (digest: string) => string, name: string): Promise<string[]> {
  const texts: string[] = [];
  for (let next: unknown = name; isDigest(next) && texts.length < versionsMax; ) {
    const text = await found(address(next));
    texts.push(text);
    next = documentIn(text).previous;
  }
  return texts;
}

async function found(address: string): Promise<string> {
  const { status, text } = await read(address, RECORD);
  if (status !== 200) throw new Unreadable(`${address} answered ${status}`);
  return text;
}

/** The keys an institution names in its own document, at its own address; none where it does not answer. */
async function liveKeys(publisher: string): Promise<string[]> {
  try {
    const { status, text, url } = await read(publisher, ACTIVITY);
    const isOwn = status === 200 && new URL(url).origin === new URL(publisher).origin;
    return isOwn ? multikeysIn(text, publisher) : [];
  } catch (error) {
    if (error instanceof Unreadable) return [];
    throw error;
  }
}

/** The Multikeys of an actor's document, of that actor only where one is named. */
export function multikeysIn(text: string, actor: string | null = null): string[] {
  const { id, assertionMethod } = documentIn(text);
  if (actor !== null && id !== actor) return [];
  return [assertionMethod].flat().flatMap((key) => {
    const { publicKeyMultibase } = (key ?? {}) as Json;
    return typeof publicKeyMultibase === "string" ? [publicKeyMultibase] : [];
  });
}

async function linksOf(publisher: string): Promise<Map<string, string>> {
  try {
    return linksIn((await read(publisher, ACTIVITY)).text);
  } catch (error) {
    if (error instanceof Unreadable) return new Map();
    throw error;
  }
}

function linksIn(text: string): Map<string, string> {
  const { tag } = documentIn(text);
  const links = [tag].flat().flatMap((one) => {
    const { rel, href } = (one ?? {}) as Json;
    const [space, name] = String(rel).split("#");
    return space === "https://w3id.org/koinon" && typeof href === "string" && URL.canParse(href)
      ? [[name!, href] as const]
      : [];
  });
  return new Map(links);
}

function documentIn(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}
