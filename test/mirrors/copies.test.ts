// A whole copy of another city's process: from the action on one node to the page on the other, live, and from a mirror once
// the owner is gone.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tallyNow } from "../../src/chronicle/tally-actions.ts";
import { publishComment } from "../../src/comments/actions.ts";
import { findComment } from "../../src/comments/queries.ts";
import { keepCopy } from "../../src/mirrors/actions.ts";
import { findMirror } from "../../src/mirrors/queries.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { hourMs, minuteMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { findProcess } from "../../src/processes/queries.ts";
import { editProposal } from "../../src/proposals/actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { manifestPaths } from "../../src/records/manifest.ts";
import { listVersions } from "../../src/records/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import {
  aMeeting,
  aModerator,
  anOfficial,
  aProcess,
  aProposal,
  aProposalText,
  aResident,
  aResult,
} from "../support/build.ts";
import { type Network, type Node, openNetwork } from "../support/network.ts";
import { openVisitor } from "../support/visit.ts";

let net: Network<"bilbao" | "porto" | "lisboa">;
let process: Process;
let proposal: Proposal;

beforeAll(async () => {
  net = await openNetwork("bilbao", "porto", "lisboa");
  const { bilbao } = net.nodes;
  const now = net.clock.now();
  process = await aProcess(bilbao, { now });
  const by = await aResident(bilbao, { now, name: "Miren" });
  proposal = await aProposal(bilbao, { process, by, now, title: "Shade for the **square**" });
  await aProposal(bilbao, {
    process,
    by: await aResident(bilbao, { now }),
    now,
    isDraft: true,
    title: "A secret plan",
  });
  const hidden = await aProposal(bilbao, { process, now, title: "Something to hide" });
  await hideSubject(bilbao.sql, await aModerator(bilbao, { now }), hidden.uri, "names a neighbour", now);
  await later();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function later(ms = minuteMs): Promise<void> {
  net.clock.advance(ms);
  await net.settle();
}

async function keep(node: Node, scopeUri = process.uri): Promise<void> {
  const by = await anOfficial(node, { now: net.clock.now() });
  const kind = scopeUri === process.uri ? "process" : "organisation";
  await keepCopy(node.sql, by, { scopeUri, kind, ownOrigin: node.uris.origin }, net.clock.now());
  await net.settle();
}

const mirrorOf = (node: Node) => findMirror(node.sql, process.uri);
const asked = (since: number) =>
  net.wire.slice(since).filter((line) => line.includes("https://bilbao.test/") && line.startsWith("GET"));

describe("Porto keeps a copy of Bilbao's process, which it does not follow", () => {
  beforeAll(async () => await keep(net.nodes.porto));

  test("which is then whole, and verified with the key in Bilbao's own document", async () => {
    const { porto, bilbao } = net.nodes;
    expect(await mirrorOf(porto)).toMatchObject({ state: "kept", error: null, missingCount: 0 });
    const here = await porto.sql`
      select digest, trust, is_head, document from record where process_uri = ${process.uri} order by digest`;
    const there =
      await bilbao.sql`select digest, is_head, document from record where process_uri = ${process.uri} order by digest`;
    expect(here.map(({ digest, document }) => [digest, document])).toEqual(
      there.map(({ digest, document }) => [digest, document]),
    );
    expect(new Set(here.map(({ trust }) => trust))).toEqual(new Set(["verified"]));
    expect(here.length).toBeGreaterThan(3);
  });

  test("and reads like a process of its own, without what nobody may read", async () => {
    const { porto } = net.nodes;
    const copy = await findProcess(porto.sql, process.uri);
    expect(copy).toMatchObject({ origin: "https://bilbao.test", title: process.title, proposalCount: 1 });
    expect(copy!.phases.map(({ startsAt }) => startsAt)).toEqual(process.phases.map(({ startsAt }) => startsAt));
    expect(await findProposal(porto.sql, proposal.uri)).toMatchObject({ authorName: "Miren", state: "published" });
    const visitor = openVisitor(porto.instance.fetch, porto.uris.origin);
    const page = await visitor.open(`/processes/${copy!.id}/proposals`);
    expect(page.text).toContain("Shade for the");
    expect(page.text).not.toContain("A secret plan");
    expect(page.text).not.toContain("Something to hide");
  });

  test("nothing that nobody may read is in a manifest or an archive, at the owner or at the copy", async () => {
    const { bilbao, porto } = net.nodes;
    const secret = await bilbao.sql<{ uri: string }[]>`
      select uri from proposal where state = 'draft' and process_uri = ${process.uri}`;
    expect(secret).toHaveLength(1);
    for (const node of [bilbao, porto]) {
      const paths = manifestPaths(process.uri);
      const read = async (path: string) => {
        const response = await net.deliver(new Request(`${node.uris.origin}${path}`));
        expect(response.status).toBe(200);
        return await response.text();
      };
      const archive = await read(paths.archive);
      expect(archive).toContain("Shade for the **square**");
      expect(archive).not.toMatch(/secret plan|Something to hide/);
      expect(archive).not.toContain(secret[0]!.uri);
      const { digests } = JSON.parse(await read(paths.page(""))) as { digests: string[] };
      for (const digest of digests) {
        expect(await read(`/records/${digest}`)).not.toMatch(/secret plan|Something to hide/);
        const part = await net.deliver(new Request(`${node.uris.origin}/records/${digest}/part`));
        expect(await part.text()).not.toMatch(/secret plan|Something to hide/);
      }
    }
  });
});

describe("what happens later in Bilbao", () => {
  test("costs Porto one request while nothing happens", async () => {
    // First counts come some minutes after a thing was published.
    await later(2 * hourMs);
    const before = net.wire.length;
    await later(2 * hourMs);
    const manifests = asked(before).filter((line) => !line.includes("/actors/"));
    expect(manifests).toHaveLength(1);
    expect(manifests[0]).toMatch(/\/manifests\/sha256-[^/]+ 304$/);
    expect(await mirrorOf(net.nodes.porto)).toMatchObject({ state: "kept", checkedAt: net.clock.now() });
  });

  test("costs a root, a page, a record and its part for one changed proposal", async () => {
    const { bilbao, porto } = net.nodes;
    const [by] = await bilbao.sql<{ accountId: string }[]>`select account_id from proposal where uri = ${proposal.uri}`;
    const author = { ...(await aResident(bilbao, { now: net.clock.now() })), id: by!.accountId };
    await bilbao.sql`update process set edit_window_minutes = 100000 where uri = ${process.uri}`;
    const text = aProposalText({ title: "More shade for the square" });
    await editProposal(
      bilbao.sql,
      author,
      proposal.uri,
      { ...text, images: [], organisationId: null, version: 1 },
      net.clock.now(),
    );
    await net.settle();
    const before = net.wire.length;
    await later(2 * hourMs);
    const requests = asked(before).filter((line) => !line.includes("/actors/"));
    expect(
      requests.map((line) =>
        line
          .split(" ")[1]!
          .replace("https://bilbao.test", "")
          .replaceAll(/sha256-[^/]+/g, "…"),
      ),
    ).toEqual(["/manifests/…", "/manifests/…/pages/…", "/records/…", "/records/…/part"]);
    expect(await findProposal(porto.sql, proposal.uri)).toMatchObject({ title: "More shade for the square" });
    expect(await listVersions(porto.sql, proposal.uri, 10)).toHaveLength(2);
  });

  test("comes over by itself: answers, meetings, results, counts and what is said", async () => {
    const { bilbao, porto } = net.nodes;
    const now = net.clock.now();
    const resident = await aResident(bilbao, { now, name: "Jon" });
    await supportProposal(bilbao.sql, resident, proposal.uri, now);
    await publishComment(
      bilbao.sql,
      bilbao.uris,
      resident,
      { targetUri: proposal.uri, parentUri: null, stance: "for", body: "With *trees*, please", language: "en" },
      now,
    );
    const meeting = await aMeeting(bilbao, { process, now });
    const result = await aResult(bilbao, { process, now });
    await later(20 * minuteMs);
    await withTransaction(bilbao.sql, (tx) => tallyNow(tx, [proposal.uri], net.clock.now()));
    await later(2 * hourMs);
    await later(2 * hourMs);
    expect(await findSubject(porto.sql, meeting.uri)).toMatchObject({ kind: "meeting", title: meeting.title });
    expect(await findSubject(porto.sql, result.uri)).toMatchObject({ kind: "result", title: result.title });
    const [counted] = await porto.sql`
      select support_count, count_method, counted_at from proposal where uri = ${proposal.uri}`;
    expect(counted).toMatchObject({ supportCount: 1, countMethod: "one per verified resident of this node" });
    const [comment] = await porto.sql<{ uri: string }[]>`select uri from subject where thread_uri = ${proposal.uri}`;
    expect(await findComment(porto.sql, comment!.uri)).toMatchObject({ authorName: "Jon", stance: "for" });
    expect((await findComment(porto.sql, comment!.uri))!.body).toContain("<em>trees</em>");
  });

  test("what Bilbao hides is hidden with its reason, and shown again", async () => {
    const { bilbao, porto } = net.nodes;
    const moderator = await aModerator(bilbao, { now: net.clock.now() });
    await hideSubject(bilbao.sql, moderator, proposal.uri, "a name in it", net.clock.now());
    await net.settle();
    await later(2 * hourMs);
    expect(await findSubject(porto.sql, proposal.uri)).toMatchObject({
      hiddenReason: "a name in it",
      hiddenBy: "origin",
    });
    await reinstateSubject(bilbao.sql, moderator, proposal.uri, net.clock.now());
    await net.settle();
    await later(2 * hourMs);
    expect(await findSubject(porto.sql, proposal.uri)).toMatchObject({
      hiddenAt: null,
      title: "More shade for the square",
    });
  });
});
