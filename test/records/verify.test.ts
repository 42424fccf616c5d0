// `npm run verify` as a stranger runs it: the real command, on a real node's addresses and files, whole and tampered with.
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalText } from "../../src/platform/canonical.ts";
import { signDocument, toMultibase } from "../../src/platform/data-integrity.ts";
import { withTransaction } from "../../src/platform/db.ts";
import type { Process } from "../../src/processes/process.ts";
import { withdrawProposal } from "../../src/proposals/actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { recordErasure, signerOf } from "../../src/records/actions.ts";
import { rotateKeys } from "../../src/records/key-actions.ts";
import { manifestPaths } from "../../src/records/manifest.ts";
import { findHead, findPart } from "../../src/records/queries.ts";
import { RECORD_CONTEXT } from "../../src/records/record.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { type ListeningCity, openListeningCity } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";

const projectDir = join(import.meta.dirname, "../..");

let city: ListeningCity;
let process_: Process;
let proposal: Proposal;
let archive: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "koinon-verify-test-"));
  city = await openListeningCity("Bilbao", { port: await freePort(), peers: [], doesJobs: false });
  process_ = await aProcess(city);
  const by = await aResident(city);
  proposal = await aProposal(city, { process: process_, by });
  const erased = await aProposal(city, { process: process_ });
  await rotateKeys(city.sql, city.organisation, new Date());
  await withdrawProposal(city.sql, by, proposal.uri, new Date());
  await withTransaction(city.sql, (tx) => recordErasure(tx, erased.uri, new Date()));
  await city.instance.drain();
  archive = await (await fetch(`${city.origin}${manifestPaths(process_.uri).archive}`)).text();
});
afterAll(async () => {
  await city?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Without any network but this machine's: the command is given nothing of the node. */
const verify = (...args: string[]) => verifyWith([], ...args);

async function verifyWith(flags: string[], ...args: string[]): Promise<{ code: number; said: string }> {
  return await new Promise((done) => {
    const child = execFile(
      process.execPath,
      [...flags, join(projectDir, "scripts/verify.ts"), ...args],
      { cwd: folder, env: { PATH: process.env.PATH }, maxBuffer: 10_000_000 },
      (_error, stdout, stderr) => done({ code: child.exitCode ?? -1, said: stdout + stderr }),
    );
  });
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const lines = () => archive.trimEnd().split("\n");
const put = (name: string, changed: readonly string[]) => file(name, `${changed.join("\n")}\n`);

async function currentKey(): Promise<string> {
  const { assertionMethod } = (await (
    await fetch(city.organisation.uri, { headers: { accept: "application/activity+json" } })
  ).json()) as { assertionMethod: { publicKeyMultibase: string }[] };
  return assertionMethod[0]!.publicKeyMultibase;
}

describe("an archive in a file", () => {
  test("holds by itself, plain and packed, and says whom it was not checked against", async () => {
    for (const path of [file("a.ndjson", archive), file("a.ndjson.gz", gzipSync(archive))]) {
      const { code, said } = await verify(path);
      expect(said).toContain("Everything holds.");
      expect(said).toContain("not checked against its city");
      expect(said).toContain("licence: https://creativecommons.org/licenses/by/4.0/");
      expect(said).toMatch(/\d+ records of \d+ things/);
      expect(code).toBe(0);
    }
  });

  test("holds under the city's key, over a rotation, and under no other", async () => {
    const path = file("k.ndjson", archive);
    const good = await verify(path, "--key", await currentKey());
    expect([good.code, good.said]).toEqual([0, expect.stringContaining("signed under the key you gave")]);
    const actor = await fetch(city.organisation.uri, { headers: { accept: "application/activity+json" } });
    expect((await verify(path, "--key", file("actor.json", await actor.text()))).code).toBe(0);
    const other = toMultibase(generateKeyPairSync("ed25519").publicKey);
    const bad = await verify(path, "--key", other);
    expect([bad.code, bad.said]).toEqual([1, expect.stringContaining("not signed by the key that is trusted")]);
  });

  test.each<[string, RegExp, (all: string[]) => string[]]>([
    [
      "an altered word",
      /wrong-proof/,
      (all) => all.map((one) => one.replace('"state":"withdrawn"', '"state":"published"')),
    ],
    ["a part of another thing", /wrong-part/, (all) => swapParts(all)],
    ["a version left out", /gap/, (all) => all.filter((one) => !isOf(one, proposal.uri, 1))],
    ["the newest version left out", /gap/, (all) => all.filter((one) => !isOf(one, proposal.uri, 2))],
    ["a page left out", /gap/, (all) => all.filter((one) => !one.startsWith('{"page"'))],
    ["no manifest", /gap/, (all) => all.slice(1)],
    ["its end cut off", /breaks off/, (all) => all.slice(0, -1)],
    ["half a line", /not-json/, (all) => [...all.slice(0, -3), all.at(-3)!.slice(0, 40)]],
    ["a higher count", /wrong-proof/, (all) => [all[0]!.replace(/"count":\d+/, '"count":999'), ...all.slice(1)]],
  ])("with %s does not hold", async (name, why, alter) => {
    const { code, said } = await verify(put(`${name.replaceAll(" ", "-")}.ndjson`, alter(lines())));
    expect(said).toMatch(why);
    expect(said).toContain("Not as it was signed.");
    expect(code).toBe(1);
  });

  test("with two second versions does not hold, though the city signed both", async () => {
    const signer = await withTransaction(city.sql, (tx) => signerOf(tx, city.organisation.uri));
    const { proof: _proof, ...before } = JSON.parse((await findHead(city.sql, proposal.uri))!.document);
    const twin = canonicalText(
      signDocument({ ...before, data: { ...before.data, state: "accepted" } }, { ...signer, created: new Date() }),
    );
    const [first, ...rest] = lines();
    const { code, said } = await verify(
      put("fork.ndjson", [first!, ...rest.slice(0, -1), `{"place":9,"record":${twin}}`, rest.at(-1)!]),
    );
    expect([code, said]).toEqual([1, expect.stringMatching(/a second version 2 .*fork/)]);
  });

  test("that is cut off while packed does not hold", async () => {
    const packed = gzipSync(archive);
    const { code, said } = await verify(file("cut.ndjson.gz", packed.subarray(0, packed.length - 200)));
    expect([code, said]).toEqual([1, expect.stringContaining("cut off")]);
  });
});

test("an archive of many records is checked in little memory", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const publisher = "https://large.test/actors/large";
  const key = {
    id: `${publisher}#multikey-2`,
    publicKeyMultibase: toMultibase(publicKey),
    from: "2026-01-01T00:00:00.000Z",
  };
  const line = (type: string, subject: string, data: object) => {
    const unsigned = {
      "@context": RECORD_CONTEXT,
      ...{ type, subject, publisher, epoch: 1, version: 1, recorded: "2026-01-02T00:00:00.000Z" },
      ...{ license: "https://creativecommons.org/licenses/by/4.0/", standing: "shown", data },
    };
    const by = { key: privateKey, verificationMethod: key.id, created: new Date("2026-01-02T00:00:00Z") };
    return `{"place":1,"record":${canonicalText(signDocument(unsigned, by))}}\n`;
  };
  const path = file("large.ndjson", line("KeyRecord", `${publisher}#keys`, { keys: [key] }));
  const large = manyOf(5_000, (at) =>
    line("ProposalRecord", `https://large.test/proposals/${at}`, { state: "published" }),
  );
  appendFileSync(path, large);
  // With a heap that its 5,000 lines would not fit in twice over, were they kept.
  const heap = process.env.VERIFY_RECORDS === undefined ? 32 : 64;
  for (let at = 1; at < Number(process.env.VERIFY_RECORDS ?? 5_000) / 5_000; at += 1) {
    const more = (n: number) =>
      line("ProposalRecord", `https://large.test/proposals/${at * 5_000 + n}`, { state: "published" });
    appendFileSync(path, manyOf(5_000, more));
  }
  const { code, said } = await verifyWith([`--max-old-space-size=${heap}`], path);
  // All hold, but there is no manifest that says that they are all.
  expect(said).toContain("nobody can tell whether all is there");
  expect(said).not.toContain("wrong-");
  expect(said).toContain(`${(Number(process.env.VERIFY_RECORDS ?? 5_000) + 1).toLocaleString("en")} records`);
  expect(code).toBe(1);
});

const manyOf = (count: number, make: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => make(at)).join("");

describe("an address", () => {
  test("of a process, of its actor, of its city or of a manifest is checked whole, with the key seen there", async () => {
    const manifest = `${city.origin}${manifestPaths(process_.uri).root}`;
    for (const address of [process_.uri, process_.actorUri!, city.organisation.uri, manifest]) {
      const { code, said } = await verify(address);
      expect([code, said]).toEqual([0, expect.stringContaining("signed under the key it shows at its own address")]);
    }
  });

  test("of a record or of a proposal is checked with the versions before it", async () => {
    const { digest } = (await findHead(city.sql, proposal.uri))!;
    for (const address of [`${city.origin}/records/${digest}`, proposal.uri]) {
      const { code, said } = await verify(address);
      expect([code, said]).toEqual([0, expect.stringMatching(/2 records of 1 thing.*shows at its own address/s)]);
    }
  });

  test("that does not answer, or has nothing to check, ends with 2", async () => {
    for (const address of [`http://localhost:${await freePort()}/processes/a`, `${city.origin}/about`]) {
      expect((await verify(address)).code).toBe(2);
    }
  });
});

describe("a record in a file", () => {
  test("is checked with its part beside it, under the key that signed it", async () => {
    const { document, digest, partDigest } = (await findHead(city.sql, proposal.uri))!;
    const part = (await findPart(city.sql, partDigest!))!.document!;
    const path = file(`${digest}.json`, document);
    file(`${digest}.part.json`, part);
    const key = await currentKey();
    const good = await verify(path, "--key", key);
    expect([good.code, good.said]).toEqual([0, expect.stringContaining("1 part with")]);
    expect((await verify(path)).code).toBe(2);
    file(`${digest}.part.json`, part.replace(/"salt":"./, '"salt":"-'));
    expect((await verify(path, "--key", key)).said).toContain("wrong-part");
    const renamed = await verify(file(`sha256-${"A".repeat(43)}.json`, document), "--key", key);
    expect([renamed.code, renamed.said]).toEqual([1, expect.stringContaining("wrong-name")]);
    const altered = file("altered.json", document.replace("withdrawn", "published"));
    expect((await verify(altered, "--key", key)).code).toBe(1);
    const other = toMultibase(generateKeyPairSync("ed25519").publicKey);
    expect((await verify(file("plain.json", document), "--key", other)).code).toBe(1);
  });

  test("that is not there, and a command without one, end with 2 and how it is used", async () => {
    expect((await verify(join(folder, "none.json"))).code).toBe(2);
    const empty = await verify();
    expect([empty.code, empty.said]).toEqual([2, expect.stringContaining("npm run verify --")]);
    expect((await verify("--what")).code).toBe(2);
    expect((await verify("--help")).code).toBe(0);
    expect((await verify(file("x.json", "{}"), "--key", "z6MkNo")).code).toBe(2);
  });
});

const isOf = (line: string, subject: string, version: number): boolean => {
  const { record } = JSON.parse(line);
  return record?.subject === subject && record.version === version;
};

function swapParts(all: string[]): string[] {
  const parts = all.flatMap((line) => JSON.parse(line).part ?? []);
  expect(parts.length).toBeGreaterThan(1);
  const other = (own: { subject: string }) =>
    parts.find(({ subject }) => subject !== own.subject) ?? parts.find((one) => one !== own);
  return all.map((line) => {
    const value = JSON.parse(line);
    return value.part === undefined ? line : JSON.stringify({ ...value, part: { ...other(value.part), salt: "0" } });
  });
}
