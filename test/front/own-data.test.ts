// What a person takes with them: all that is kept of them, nothing of anybody else, in an archive that opens anywhere.
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { leftOut, ownDataParts } from "../../src/front/own-data.ts";
import { findPublicTraces, readOwnData } from "../../src/front/own-data-queries.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { aComment, aPhase, aProcess, aProposal, aResident } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";

let net: Network<"bilbao" | "porto">;
let ana: Account;
let proposalUri: string;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto");
  const now = net.clock.now();
  const { bilbao } = net.nodes;
  ana = await aResident(bilbao, { now, name: "Ana" });
  const other = await aResident(bilbao, { now, name: "Iker" });
  const process = await aProcess(bilbao, { now, phases: [aPhase(now, { endsInDays: 30 })] });
  const proposal = await aProposal(bilbao, { process, now, by: ana, title: "Shade on the square" });
  proposalUri = proposal.uri;
  const others = await aProposal(bilbao, { process, now, by: other, title: "A bench by the river" });
  await aComment(bilbao, { on: others, by: ana, now, body: "**Yes**, with a back." });
  await supportProposal(bilbao.sql, ana, others.uri, now);
  await net.settle();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

test("every column that names an account is in the archive, or says why not", async () => {
  const { sql } = net.nodes.bilbao;
  const named = await sql<{ column: string }[]>`
    select conrelid::regclass || '.' || attname as column from pg_constraint
    join pg_attribute on attrelid = conrelid and attnum = conkey[1]
    where contype = 'f' and confrelid = 'account'::regclass order by 1`;
  const unexplained = named
    .map(({ column }) => column)
    .filter((column) => !(column in leftOut) && !inArchive.has(column));
  expect(unexplained).toEqual([]);
  const gone = Object.keys(leftOut).filter((column) => !named.some((each) => each.column === column));
  expect(gone).toEqual([]);
});

/** A reader of archives that is none of ours; it checks each sum. */
const unzip =
  "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(z.read(sys.argv[2]).decode())";

/** Read by src/front/own-data-queries.ts. */
const inArchive = new Set([
  "assist.account_id",
  "comment.account_id",
  "erasure.account_id",
  "following.account_id",
  "identity.account_id",
  "membership.account_id",
  "push_device.account_id",
  "moderation_statement.account_id",
  "notice.account_id",
  "notice_setting.account_id",
  "proposal.account_id",
  "proposal_coauthor.account_id",
  "report.account_id",
  "residence.account_id",
  "residence_letter.account_id",
  "role_grant.account_id",
  "session.account_id",
  "support.account_id",
  "terms_agreement.account_id",
]);

test("what a person wrote and supported is there, in words, and nobody else's", async () => {
  const { sql } = net.nodes.bilbao;
  const data = await readOwnData(sql, ana.id);
  expect(Object.keys(data)).toEqual([...ownDataParts]);
  expect(data.account).toMatchObject([{ name: "Ana", email: ana.email }]);
  expect(data.proposals).toMatchObject([{ title: "Shade on the square", uri: proposalUri }]);
  expect(data.comments).toMatchObject([{ body: "**Yes**, with a back.", about: "A bench by the river" }]);
  expect(data.supports).toMatchObject([{ title: "A bench by the river" }]);
  expect(JSON.stringify(data)).not.toContain("Iker");
});

test("others see counts of what is public, and nothing was sent where nobody follows", async () => {
  const traces = await findPublicTraces(net.nodes.bilbao.sql, ana);
  expect(traces).toMatchObject({ proposals: 1, comments: 1, underOwnVoice: 0, hostCount: 0 });
});

test("the archive is a ZIP that holds a page, the data and nothing that others must not see", async () => {
  const { bilbao } = net.nodes;
  const visitor = await openReader(bilbao, ana);
  await visitor.open("/account/data");
  expect(visitor.text).toContain("1 proposal stays, without your name");
  const address = visitor.linkTo("Download my data")!;
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const response = await bilbao.instance.fetch(
    new Request(new URL(address, bilbao.uris.origin), { headers: { cookie } }),
  );
  expect(response.headers.get("content-type")).toBe("application/zip");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const file = join(mkdtempSync(join(tmpdir(), "koinon-own-")), "mine.zip");
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  const read = (name: string) => execFileSync("python3", ["-c", unzip, file, name], { encoding: "utf8" });
  const data = JSON.parse(read("data.json")) as Record<string, unknown>;
  expect(Object.keys(data)).toEqual(["host", "at", ...ownDataParts]);
  const page = read("index.html");
  expect(page).toContain("<strong>Yes</strong>, with a back.");
  expect(page).not.toMatch(/src=|@import|url\(/);
});

test("nobody reads it without being signed in", async () => {
  const { bilbao } = net.nodes;
  const response = await bilbao.instance.fetch(new Request(`${bilbao.uris.origin}/account/data/x.zip`));
  expect(response.status).not.toBe(200);
  expect(response.headers.get("content-type")).not.toBe("application/zip");
});
