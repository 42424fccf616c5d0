// A receipt is worth something only as long as it can be checked: also after the node that gave it has new keys.
import { expect, test } from "vitest";
import { follow } from "../../src/actors/actions.ts";
import { findActor, getActorOfKind } from "../../src/actors/queries.ts";
import { deleteComment, publishComment } from "../../src/comments/actions.ts";
import { verifyDocument } from "../../src/platform/data-integrity.ts";
import { minuteMs } from "../../src/platform/time.ts";
import { rotateKeys } from "../../src/records/key-actions.ts";
import { followKeys, isAnchored, keyFor } from "../../src/records/keys.ts";
import { type Json, type RecordDocument, readRecord } from "../../src/records/record.ts";
import { aProcess, aProposal, aResident } from "../support/build.ts";
import { openNetwork } from "../support/network.ts";

interface Receipt extends Json {
  readonly proof: { readonly verificationMethod: string; readonly created: string };
}

test("a receipt of an erasure can be checked after its node has changed its keys", async () => {
  await using net = await openNetwork("bilbao", "porto");
  const { bilbao, porto } = net.nodes;
  const later = async () => {
    net.clock.advance(minuteMs);
    await net.settle();
  };
  const process = await aProcess(bilbao, { now: net.clock.now() });
  const by = await aResident(bilbao, { now: net.clock.now() });
  await porto.instance.house.findRemote(process.actorUri!);
  const followed = (await findActor(porto.sql, process.actorUri!))!;
  await follow(porto.sql, porto.uris, porto.organisation, followed, net.clock.now());
  await later();
  const proposal = await aProposal(bilbao, { process, by, now: net.clock.now() });
  const place = { targetUri: proposal.uri, parentUri: null, stance: null, language: "en" } as const;
  const said = { ...place, body: "Not for ever." };
  const comment = await publishComment(bilbao.sql, bilbao.uris, by, said, net.clock.now());
  await later();
  await deleteComment(bilbao.sql, by, comment.uri, net.clock.now());
  for (let round = 0; round < 3; round += 1) await later();
  const [row] = await bilbao.sql<{ receipt: Receipt }[]>`
    select receipt from erasure_request where receipt is not null limit 1`;
  const receipt = row!.receipt;

  await rotateKeys(porto.sql, await getActorOfKind(porto.sql, "node"), net.clock.now());
  await later();
  const read = async (address: string, accept: string) =>
    await (await net.deliver(new Request(address, { headers: { accept } }))).text();
  const signer = receipt.proof.verificationMethod.split("#")[0]!;
  const actor = JSON.parse(await read(signer, "application/activity+json")) as {
    tag: { rel: string; href: string }[];
    assertionMethod: { id: string; publicKeyMultibase: string }[];
  };
  const live = new Map(actor.assertionMethod.map(({ id, publicKeyMultibase }) => [id, publicKeyMultibase]));
  expect(live.has(receipt.proof.verificationMethod)).toBe(false);

  const versions: RecordDocument[] = [];
  let next = actor.tag.find(({ rel }) => rel === "https://w3id.org/koinon#keys")?.href;
  while (next !== undefined) {
    const record = readRecord(await read(next, "application/ld+json"));
    versions.unshift(record);
    next = record.previous && next.replace(/[^/]+$/, record.previous);
  }
  const history = followKeys(versions);
  expect(isAnchored(history, live)).toBe(true);
  const key = keyFor(history, receipt.proof.verificationMethod, new Date(receipt.proof.created));
  expect(verifyDocument(receipt, key!)).toBe(true);
});
