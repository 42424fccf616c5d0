// What people who write together are told: the invitation, its answer, who left, and what one of them did.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import { whatArrived, whatIsTold } from "../../src/front/told-queries.ts";
import { changeNoticeSettings } from "../../src/notices/following-actions.ts";
import { noticeHandlers } from "../../src/notices/jobs.ts";
import { noticePages } from "../../src/notices/pages.ts";
import { listNotices } from "../../src/notices/queries.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { editProposal, publishProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import { declineInvitation, inviteCoauthor, removeCoauthor } from "../../src/proposals/coauthor-actions.ts";
import { coauthorHandlers } from "../../src/proposals/coauthor-jobs.ts";
import { coauthorPages } from "../../src/proposals/coauthor-pages.ts";
import { listCoauthors } from "../../src/proposals/coauthor-queries.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { getProposal } from "../../src/proposals/queries.ts";
import { aCity, aProcess, aProposal, aProposalText, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const secret = "s".repeat(40);
const now = new Date("2026-05-05T10:00:00Z");
const mailbox = openMailbox(() => now);
let [db, city, rooms]: [TestDatabase, City, Rooms] = [] as never;
let [author, friend, draft]: [ReachableAccount, ReachableAccount, Proposal] = [] as never;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db, { now });
  rooms = await openRooms(
    db,
    city,
    [
      (house) => noticePages(house, { secret, trustedProxyCount: 0 }),
      (house) => coauthorPages(house, { secret }),
      (house) => proposalPages(house),
    ],
    { now },
  );
  author = await aResident(city, { name: "Ane", now });
  friend = await aResident(city, { name: "Jon", locale: "ar", now });
  await changeNoticeSettings(db.sql, friend.id, { mail: "at-once", followsOwn: true }, now);
  const process = await aProcess(city, { now });
  draft = await aProposal(city, { process, by: author, isDraft: true, now, title: "Shade over the playground" });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

async function settle() {
  const house = { ...city, clock: { now: () => now }, mailer: mailbox, secret };
  const findCity = () => Promise.resolve({ name: "Bilbao", timeZone: "Europe/Madrid" });
  const handlers = { ...coauthorHandlers(house), ...noticeHandlers({ ...house, whatIsTold, whatArrived, findCity }) };
  for (let more = 1; more > 0; ) more = await drain(db.sql, handlers, { now });
}
async function toldTo(account: ReachableAccount): Promise<string[]> {
  await settle();
  const { rows } = await listNotices(db.sql, account.id, { sizeRows: 50, after: null, before: null });
  return rows.map(({ kind }) => kind);
}
const invite = (email: string | null) => inviteCoauthor(db.sql, secret, author, draft.uri, { email }, now);

test("an invitation comes in one's own language, leads to its answer, and nobody else can open it", async () => {
  await invite(friend.email);
  expect(await toldTo(friend)).toEqual(["coauthor-invited"]);
  const [mail] = mailbox.mails.filter(({ to }) => to === friend.email);
  expect(mail?.subject).toBe("أنت مدعو إلى المشاركة في كتابة مقترح: Shade over the playground");
  const path = /https:\/\/bilbao\.test(\/account\/invitations\/\S+)/.exec(mail?.text ?? "")?.[1] ?? "";
  expect(mail?.list).toBeDefined();
  const other = await rooms.visitor(await aResident(city, { now }));
  expect((await other.open(path)).status).toBe(410);
  const invited = await rooms.visitor(friend);
  await invited.open(path);
  expect(invited.url.pathname).toBe("/account/coauthorship");
  await invited.press("قبول");
  await db.sql`update account set locale = 'en' where id = ${friend.id}`;
  expect((await listCoauthors(db.sql, draft.uri)).map(({ accountId }) => accountId)).toEqual([friend.id]);
  expect(await toldTo(author)).toEqual(["coauthor-joined"]);
  expect((await invited.open(path)).status).toBe(410);
});

test("what one of them does the others hear of, and the answer to it both", async () => {
  await publishProposal(db.sql, author, draft.uri, now);
  expect(await toldTo(friend)).toContain("coauthored-published");
  const { version } = await getProposal(db.sql, draft.uri);
  await editProposal(db.sql, friend, draft.uri, { ...aProposalText(), title: "Shade over the square", version }, now);
  expect(await toldTo(author)).toContain("coauthored-changed");
  const answer = { outcome: "evaluating", reasons: "We look at it.", costAmount: null, costCurrency: null } as const;
  await answerProposal(db.sql, city.uris, city.administrator, draft.uri, { ...answer, term: "", language: "en" }, now);
  for (const one of [author, friend]) expect(await toldTo(one)).toContain("answer-to-mine");
  await withdrawProposal(db.sql, author, draft.uri, now);
  expect((await toldTo(friend)).filter((kind) => kind === "coauthored-withdrawn")).toHaveLength(1);
  const own = (await toldTo(author)).filter((kind) => kind.startsWith("coauthored"));
  expect(own).toEqual(["coauthored-changed"]);
});

test("a no, a leaving and a removal are told, without a name that would outlive an account", async () => {
  draft = await aProposal(city, {
    process: await aProcess(city, { now }),
    by: author,
    isDraft: true,
    now,
    title: "Benches by the river",
  });
  await declineInvitation(db.sql, await invite(null), now);
  expect(await toldTo(author)).toContain("coauthor-declined");
  const join = async () => {
    const visitor = await rooms.visitor(friend);
    await visitor.open(`/account/invitation/${await invite(null)}`);
    await visitor.press("Accept");
    return (await listCoauthors(db.sql, draft.uri))[0]!.id;
  };
  await removeCoauthor(db.sql, friend, draft.uri, await join(), now);
  expect(await toldTo(author)).toContain("coauthor-left");
  await removeCoauthor(db.sql, author, draft.uri, await join(), now);
  expect(await toldTo(friend)).toContain("coauthor-removed");
  const page = await rooms.visitor(friend);
  await page.open("/notices");
  await page.follow("You no longer write along on: Benches by the river");
  expect(page.url.pathname).toBe("/account/proposals");
  expect(JSON.stringify(await db.sql`select data from notice`)).not.toMatch(/Jon|Ane/);
});
