// What of this node nobody gets to read or to do by asking for it oddly: hidden words, odd addresses, forms of strangers.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discussionHandleOf } from "../../src/actors/actor.ts";
import { hideSubject, reinstateSubject } from "../../src/moderation/actions.ts";
import { hourMs } from "../../src/platform/time.ts";
import type { Process } from "../../src/processes/process.ts";
import { readLine } from "../../src/records/archive.ts";
import { manifestPaths } from "../../src/records/manifest.ts";
import { findHead } from "../../src/records/queries.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import { aComment, aModerator, aProcess, aProposal, aRemoteComment } from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";

let net: Network<"bilbao">;
let process: Process;
const now = () => net.clock.now();

beforeAll(async () => {
  net = await openNetwork("bilbao");
  process = await aProcess(net.nodes.bilbao, { now: now() });
  await later();
});
afterAll(async () => await net?.[Symbol.asyncDispose]());

async function later(ms = hourMs): Promise<void> {
  net.clock.advance(ms);
  await net.settle();
}

const get = async (path: string, init: RequestInit = {}) =>
  await net.deliver(new Request(`https://bilbao.test${path}`, init));

describe("what is hidden", () => {
  const partsIn = async (scopeUri: string) => await (await get(`${manifestPaths(scopeUri).archive}`)).text();

  test("takes the words that stand in it along, at their own address and in the archive", async () => {
    const { bilbao } = net.nodes;
    const moderator = await aModerator(bilbao, { now: now() });
    const fresh = await aProcess(bilbao, { now: now() });
    const proposal = await aProposal(bilbao, { process: fresh, now: now() });
    const comment = await aComment(bilbao, { on: proposal, body: "Words under something hidden.", now: now() });
    await later();
    const [row] = await bilbao.sql<{ digest: string }[]>`
      select digest from record_part where subject_uri = ${comment.uri}`;
    const path = `/records/${row!.digest}/part`;
    expect((await get(path)).status).toBe(200);
    for (const hidden of [proposal.uri, fresh.uri]) {
      expect(await partsIn(fresh.uri)).toContain("Words under something hidden.");
      await hideSubject(bilbao.sql, moderator, hidden, "Names a neighbour.", now());
      expect((await get(path)).status).toBe(404);
      expect(await partsIn(fresh.uri)).not.toContain("Words under something hidden.");
      await reinstateSubject(bilbao.sql, moderator, hidden, now());
      expect((await get(path)).status).toBe(200);
    }
  });

  test("leaves every collection and actor that tells of it", async () => {
    const { bilbao } = net.nodes;
    const moderator = await aModerator(bilbao, { now: now() });
    const fresh = await aProcess(bilbao, { now: now(), title: "A plan worth hiding" });
    const proposal = await aProposal(bilbao, { process: fresh, now: now(), title: "An idea worth hiding" });
    await aComment(bilbao, { on: proposal, body: "A voice worth hiding.", now: now() });
    const subject = (await findSubject(bilbao.sql, proposal.uri))!;
    const discussion = `/actors/${discussionHandleOf(subject.id)}`;
    await later();
    const path = new URL(proposal.uri).pathname;
    const told = [
      path,
      `${path}/context`,
      `${path}/replies`,
      `${path}/likes`,
      `${path}/shares`,
      `${path}/adoptions`,
      discussion,
      `${discussion}/outbox`,
      `${discussion}/followers`,
      `${new URL(fresh.actorUri!).pathname}/outbox`,
      `/records/of/${subject.id}`,
      `/.well-known/webfinger?resource=acct:${discussion.split("/").at(-1)}@bilbao.test`,
    ];
    const said = async (accept: string) => {
      const texts: string[] = [];
      for (const one of told) {
        const response = await get(one, { headers: { accept } });
        const text = await response.text();
        if (/worth hiding/.test(text)) texts.push(`${one} ${accept}`);
        if (response.status >= 500) texts.push(`${one} ${response.status}`);
      }
      return texts;
    };
    const all = async () => [...(await said("application/activity+json")), ...(await said("text/html"))];
    expect((await all()).length).toBeGreaterThan(2);
    await hideSubject(bilbao.sql, moderator, proposal.uri, "Names a neighbour.", now());
    await hideSubject(bilbao.sql, moderator, fresh.uri, "Names a neighbour.", now());
    await later();
    expect(await all()).toEqual([]);
  });

  test("says nothing on the page of its history", async () => {
    const { bilbao } = net.nodes;
    const moderator = await aModerator(bilbao, { now: now() });
    const fresh = await aProcess(bilbao, { now: now(), title: "Insults as a title" });
    const subject = (await findSubject(bilbao.sql, fresh.uri))!;
    const title = Object.values(fresh.title)[0]!;
    const page = async () => await (await get(`/records/of/${subject.id}`)).text();
    expect(await page()).toContain(title);
    await hideSubject(bilbao.sql, moderator, fresh.uri, "Names a neighbour.", now());
    expect(await page()).not.toContain(title);
  });

  test("what somebody on a blocked server wrote is not handed on", async () => {
    const { bilbao } = net.nodes;
    const fresh = await aProcess(bilbao, { now: now() });
    const proposal = await aProposal(bilbao, { process: fresh, now: now() });
    const comment = await aRemoteComment(bilbao, { on: proposal, html: "<p>From a rude server.</p>", now: now() });
    await later();
    const [row] = await bilbao.sql<{ digest: string }[]>`
      select digest from record_part where subject_uri = ${comment.uri}`;
    const path = `/records/${row!.digest}/part`;
    expect((await get(path)).status).toBe(200);
    // As the copy of a thread has it whose comments were never read at their own server.
    await bilbao.sql`update record_part set subject_uri = 'https://rude.test/notes/1' where digest = ${row!.digest}`;
    await bilbao.sql`insert into peer (host, policy) values ('rude.test', 'blocked') on conflict (host) do update set policy = 'blocked'`;
    expect((await get(path)).status).toBe(404);
  });
});

describe("odd requests", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

  test("no line of an archive, however deep, takes the reader down", () => {
    for (const line of [`{"record":{"a":${deep}}}`, `{"record":{},"part":{"a":${deep}}}`, '{"page":{"a":1e999}}']) {
      expect(() => readLine(line)).toThrow(/not JSON|canonical/);
    }
  });

  test("no address of records, copies or trees answers with a fault", async () => {
    const { digest } = (await findHead(net.nodes.bilbao.sql, process.uri))!;
    const subject = (await findSubject(net.nodes.bilbao.sql, process.uri))!;
    const manifest = manifestPaths(process.uri).root;
    const odd = [
      "",
      "%00",
      "%2e%2e",
      "%ff",
      "%F0%9F%A6%8A",
      "x".repeat(3_000),
      "'\"--",
      "sha256-",
      digest,
      "0",
      "-1",
      "1e9",
      "99999999999999999999",
    ];
    const places = [
      "/records/",
      `/records/${digest}/`,
      "/records/of/",
      `/records/of/${subject.id}?before=`,
      "/manifests/",
      `${manifest}/`,
      `${manifest}/pages/`,
      `${manifest}/archive/`,
      `${manifest}/archive/after/`,
      "/ns/",
      "/network/copies/",
      "/network/copies?after=",
      "/network/copies?before=",
      "/network/processes?q=",
      "/network/processes?theme=",
      "/network/processes?place=",
      "/network/processes?after=",
      "/network/processes?cost=",
      "/lineage/",
      "/adoptions/",
      `${new URL(process.uri).pathname}/adoptions/page/`,
      `${new URL(process.uri).pathname}/context/page/`,
      "/network?page=",
      "/meetings?q=",
      "/processes?q=",
      "/processes?from=",
      "/results?q=",
      "/results?category=",
      "/search?q=",
      "/moderation?after=",
      "/people?q=",
    ];
    const faults: string[] = [];
    for (const place of places) {
      for (const tail of odd) {
        for (const method of ["GET", "HEAD"]) {
          for (const accept of ["text/html", "application/activity+json"]) {
            const headers = { accept, "if-none-match": `W/"x", "${digest}"`, "accept-encoding": "gzip;q=0, br" };
            const response = await get(`${place}${tail}`, { method, headers });
            await response.body?.cancel();
            if (response.status >= 500)
              faults.push(`${method} ${place}${tail.slice(0, 40)} ${accept} ${response.status}`);
          }
        }
      }
    }
    expect(faults).toEqual([]);
  });

  test("no form of copies, adoptions or erasures does anything for a stranger", async () => {
    const { bilbao } = net.nodes;
    const id = (await findSubject(bilbao.sql, process.uri))!.id;
    const forms = [
      "/network/copies",
      `/network/copies/${id}/end`,
      `/desk/erasures/${id}/keeping`,
      "/desk/erasures/copies",
      `/adoptions/${id}/acceptance`,
      `/adoptions/${id}/refusal`,
      `/adoptions/${id}`,
    ];
    const count = async () => {
      const [row] = await bilbao.sql`
        select (select count(*) from mirror) as mirrors, (select count(*) from adoption) as adoptions,
          (select count(*) from erasure) as erasures, (select count(*) from audit) as acts`;
      return row;
    };
    const before = await count();
    for (const path of forms) {
      for (const scope of [process.uri, "https://a.test/\0", "%00", ""]) {
        const body = new URLSearchParams({ scope, uri: scope, reason: scope });
        const foreign = { origin: "https://evil.test", "sec-fetch-site": "cross-site" };
        for (const headers of [{}, foreign, { origin: "https://bilbao.test" }]) {
          const response = await get(path, { method: "POST", body, headers, redirect: "manual" });
          expect([path, response.status < 500]).toEqual([path, true]);
        }
      }
    }
    expect(await count()).toEqual(before);
  });
});
