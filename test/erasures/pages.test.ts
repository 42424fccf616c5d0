// Erasing, walked through by the text of labels, links and buttons; and the files nothing shows any more.
import { readdirSync } from "node:fs";
import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { deleteComment } from "../../src/comments/actions.ts";
import { findComment } from "../../src/comments/queries.ts";
import { noteTold, untoldErasure } from "../../src/erasures/actions.ts";
import { noteDoubt } from "../../src/erasures/doubt-actions.ts";
import { noteDeliveries, noteNode } from "../../src/erasures/ledger-actions.ts";
import { erasurePages } from "../../src/erasures/pages.ts";
import { copyErasers } from "../../src/front/copy-erasers.ts";
import { sweepUploads } from "../../src/front/upload-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { keepImage } from "../../src/platform/uploads.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import { findProposal } from "../../src/proposals/queries.ts";
import { supportProposal } from "../../src/proposals/support-actions.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import * as build from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const now = new Date("2026-03-01T12:00:00Z");
let db: TestDatabase;
let city: build.City;
let room: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await build.aCity(db, { now });
  const erasures = (house: Rooms["house"]) => erasurePages(house, copyErasers);
  const proposals = (house: Rooms["house"]) => proposalPages(house, async () => []);
  room = await openRooms(db, city, [erasures, proposals], { now });
});
afterAll(async () => {
  await room[Symbol.asyncDispose]();
  await db.drop();
});
afterEach(() => expect(room.faults).toEqual([]));

const inbox = (host: string) => ({ inboxUri: `https://${host}/inbox` });

test("a person erases a proposal, and their page says how far that has come", async () => {
  const by = await build.aResident(city, { now });
  const proposal = await build.aProposal(city, { process: await build.aProcess(city, { now }), by, now });
  await noteDeliveries(db.sql, [proposal.uri], [inbox("porto.example"), inbox("mastodon.example")]);
  await noteNode(db.sql, "https://porto.example/inbox");
  const visitor = await room.visitor(by);
  await visitor.open(`/proposals/${proposal.id}`);
  await visitor.follow("Erase my data");
  expect(visitor.text).toContain("It was sent to other servers: 2.");
  await visitor.press("Erase it for good");
  expect(visitor.text).toContain("Erased here. Other servers are being asked.");
  expect(await findProposal(db.sql, proposal.uri)).toBeNull();
  await tell(proposal.uri);
  await visitor.open("/account/erasures");
  expect(visitor.text).toMatch(/A proposal Waiting for confirmation/);
  expect(visitor.text).toMatch(
    /Servers asked 2 Koinon nodes that have confirmed 0 of 1 Other servers, asked and not forced 1/,
  );
});

/** As the telling of it does. */
async function tell(uri: string): Promise<void> {
  await withTransaction(db.sql, async (tx) => {
    const { id } = (await untoldErasure(tx, uri))!;
    const servers = await tx<{ id: number }[]>`select id from known_server`;
    const told = {
      activity: { type: "Delete" },
      activityUri: city.uris.activity(id),
      serverIds: servers.map((row) => row.id),
    };
    await noteTold(tx, id, told, now);
  });
}

test("once others have built on it, only what names its author goes", async () => {
  const by = await build.aResident(city, { name: "Nahia", now });
  const place = { address: "Kale Nagusia 3", point: { latitude: 43.2, longitude: -2.9 } };
  const process = await build.aProcess(city, { now });
  const proposal = await build.aProposal(city, { process, by, place, now });
  await supportProposal(db.sql, await build.aResident(city, { now }), proposal.uri, now);
  const visitor = await room.visitor(by);
  await visitor.open(`/proposals/${proposal.id}/erasure`);
  expect(visitor.text).toContain("Others have already supported, discussed or answered it.");
  await visitor.press("Erase what names me");
  const kept = await findProposal(db.sql, proposal.uri);
  expect(kept).toMatchObject({ authorName: "", address: "", latitude: null, supportCount: 1, body: proposal.body });
  const reader = await room.visitor();
  await reader.open(`/proposals/${proposal.id}`);
  expect(reader.text).toContain(proposal.title);
  expect(reader.text).not.toContain("Nahia");
  // It is nobody's now: not theirs either.
  await visitor.open(`/proposals/${proposal.id}/erasure`);
  expect(visitor.status).toBe(403);
});

test("the operator sees who has not confirmed, keeps a doubtful copy, and erases another with a reason", async () => {
  const by = await build.aResident(city, { now });
  const proposal = await build.aProposal(city, { now });
  const comment = await build.aComment(city, { on: proposal, by, now });
  await deleteComment(db.sql, by, comment.uri, now);
  await tell(comment.uri);
  const [one, two] = [
    await build.aRemoteComment(city, { on: proposal, now }),
    await build.aRemoteComment(city, { on: proposal, now }),
  ];
  await withTransaction(db.sql, (tx) => noteDoubt(tx, one.uri, "gone", now));
  expect((await findSubject(db.sql, one.uri))?.hiddenAt).not.toBeNull();

  const operator = await room.visitor(city.administrator);
  await operator.open("/desk/erasures");
  expect(operator.text).toContain(comment.uri);
  expect(operator.text).toMatch(/porto\.example Asked, no answer/);
  expect(operator.text).toContain(one.uri);
  await operator.press("Keep");
  expect(operator.text).toContain("Kept. It is shown again.");
  expect((await findSubject(db.sql, one.uri))?.hiddenAt).toBeNull();
  await withTransaction(db.sql, (tx) => noteDoubt(tx, two.uri, "other-key", now));
  await operator.open("/desk/erasures");
  expect((await findSubject(db.sql, two.uri))?.hiddenAt).toBeNull();
  await operator.follow(`Erase here ${two.uri}`);
  await operator.press("Erase here");
  expect(operator.status).toBe(422);
  await operator.fill("Reason, in the public log", "Asked for by letter").press("Erase here");
  expect(operator.text).toContain("Erased on this node.");
  expect((await findComment(db.sql, two.uri))?.body).toBe("");

  const resident = await room.visitor(by);
  await resident.open("/desk/erasures");
  expect(resident.status).toBe(403);
});

test("a picture that nothing shows any more leaves the folder after two days; one that is shown or fresh stays", async () => {
  const { uploadsDir } = room.house;
  const picture = async (grey: number) => {
    const background = { r: grey, g: grey, b: grey };
    const bytes = await sharp({ create: { width: 20, height: 20, channels: 3, background } })
      .png()
      .toBuffer();
    return (await keepImage(uploadsDir, new Blob([new Uint8Array(bytes)]), "image")).name;
  };
  const [shown, unused, fresh] = [await picture(10), await picture(20), await picture(30)];
  const image = { url: city.uris.upload(shown), alt: "A bench", mediaType: "image/jpeg", width: 20, height: 20 };
  await build.aProposal(city, { images: [image], now });
  await writeFile(join(uploadsDir, "notes-of-the-operator.txt"), "not an upload");
  const old = new Date(Date.now() - 3 * 86_400_000);
  for (const name of [shown, unused]) await utimes(join(uploadsDir, name), old, old);
  expect(await sweepUploads(db.sql, uploadsDir, new Date())).toBe(1);
  const left = readdirSync(uploadsDir);
  expect(left).toEqual(expect.arrayContaining([shown, fresh, "notes-of-the-operator.txt"]));
  expect(left).not.toContain(unused);
  // Posted again it counts as fresh.
  await utimes(join(uploadsDir, fresh), old, old);
  await picture(30);
  expect(await sweepUploads(db.sql, uploadsDir, new Date())).toBe(0);
});
