// Writing a proposal together: who is asked, who may do what, and what nobody learns.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import { closeAccount, closePublicVoice, openPublicVoice } from "../../src/accounts/actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { actorPages } from "../../src/front/actor-pages.ts";
import { readOwnData } from "../../src/front/own-data-queries.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { dayMs, minuteMs } from "../../src/platform/time.ts";
import type { Mail } from "../../src/ports.ts";
import { processPages } from "../../src/processes/pages.ts";
import type { Process } from "../../src/processes/process.ts";
import { editProposal, publishProposal, withdrawProposal } from "../../src/proposals/actions.ts";
import { invitationLifetimeMs, invitationsMax, invitationToken } from "../../src/proposals/coauthor.ts";
import { acceptInvitation, inviteCoauthor, removeCoauthor } from "../../src/proposals/coauthor-actions.ts";
import { coauthorHandlers } from "../../src/proposals/coauthor-jobs.ts";
import { coauthorPages } from "../../src/proposals/coauthor-pages.ts";
import { listCoauthors, listInvitations, listWriterAccounts } from "../../src/proposals/coauthor-queries.ts";
import { eraseProposal } from "../../src/proposals/erasing-actions.ts";
import { forgetProposer } from "../../src/proposals/forget-proposer.ts";
import { proposalPages } from "../../src/proposals/pages.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findProposal, getProposal } from "../../src/proposals/queries.ts";
import { aCity, aGuest, aProcess, aProposal, aProposalText, aResident, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const secret = "a secret of this test that is long enough";
const now = new Date();
const later = new Date(+now + minuteMs);
let db: TestDatabase;
let city: City;
let rooms: Rooms;
let process: Process;
let author: ReachableAccount;
let friend: ReachableAccount;
let draft: Proposal;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  rooms = await openRooms(db, city, [
    processPages,
    proposalPages,
    actorPages,
    (house) => coauthorPages(house, { secret }),
  ]);
  process = await aProcess(city, { title: "Green squares", now });
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});
beforeEach(async () => {
  rooms.setNow(now);
  author = await aResident(city, { name: "Ane Etxeberria" });
  friend = await aResident(city, { name: "Jon Arrieta" });
  draft = await aProposal(city, { process, by: author, isDraft: true, now, title: "Shade over the playground" });
});

const byLink = (uri = draft.uri) => inviteCoauthor(db.sql, secret, author, uri, { email: null }, now);
const joined = async (uri = draft.uri) => await acceptInvitation(db.sql, friend, await byLink(uri), now);

async function mailsSent(): Promise<Mail[]> {
  const mails: Mail[] = [];
  const mailer = { send: async (mail: Mail) => void mails.push(mail) };
  await drain(db.sql, coauthorHandlers({ ...rooms.house, sql: db.sql, mailer, secret }), { now: later });
  return mails;
}

test("the author hands on a link; whoever opens it and signs in writes along, once", async () => {
  const visitor = await rooms.visitor(author);
  await visitor.open(`/proposals/${draft.id}`);
  await visitor.follow("Co-authors");
  await visitor.press("Make a link");
  const [link] = visitor.html.match(/https?:\/\/[^"<\s]+\/account\/invitation\/[\w-]{43}/) ?? [];
  expect(link).toBeDefined();
  await visitor.open(visitor.url.pathname);
  expect(visitor.html).not.toContain(link);

  const stranger = await rooms.visitor();
  await stranger.open(link!);
  expect(stranger.url.pathname).toBe("/account/coauthorship");
  expect(stranger.text).toContain("Ane Etxeberria asks you to write a proposal together, in “Green squares”");
  expect(stranger.linkTo("Sign in to accept")).toBe("/sign-in?back=%2Faccount%2Fcoauthorship");
  expect(stranger.hasButton("Accept")).toBe(false);

  const invited = await rooms.visitor(friend);
  expect((await invited.open(`/proposals/${draft.id}`)).status).toBe(404);
  await invited.open(link!);
  await invited.press("Accept");
  expect(invited.text).toContain("You write along now.");
  expect(invited.all("h1")).toEqual(["Shade over the playground"]);
  expect((await getProposal(db.sql, draft.uri)).coauthors).toEqual(["Jon Arrieta"]);

  const late = await rooms.visitor(await aResident(city));
  expect((await late.open(link!)).status).toBe(410);
  expect(late.text).toContain("This invitation is over");
});

test("nobody learns whether an address has an account, and the address is kept no longer than the invitation", async () => {
  const known = await rooms.visitor(author);
  await known.open(`/proposals/${draft.id}/coauthors`);
  await known.fill("E-mail address", friend.email).press("Send the invitation");
  const unknown = await rooms.visitor(author);
  await unknown.open(`/proposals/${draft.id}/coauthors`);
  await unknown.fill("E-mail address", "nobody@example.org").press("Send the invitation");
  expect(unknown.text).toContain("The invitation is on its way.");
  const mails = await mailsSent();
  // Whoever has an account is told as they chose; to the author both look the same.
  expect(mails.map(({ to }) => to)).toEqual(["nobody@example.org"]);
  expect(await db.sql`select kind, mail from notice where account_id = ${friend.id}`).toEqual([
    { kind: "coauthor-invited", mail: "daily" },
  ]);
  const rowsOf = (text: string) => text.replaceAll(friend.email, "…").replaceAll("nobody@example.org", "…");
  await known.open(`/proposals/${draft.id}/coauthors`);
  expect(rowsOf(known.text).split("…").length).toBe(rowsOf(unknown.text).split("…").length);
  expect(JSON.stringify(await db.sql`select payload from job`)).not.toContain("nobody@example.org");
  expect((await listInvitations(db.sql, draft.uri, now)).length).toBe(2);
  const over = new Date(+now + invitationLifetimeMs + 1);
  rooms.setNow(over);
  await drain(db.sql, coauthorHandlers({ ...rooms.house, sql: db.sql, secret }), { now: over });
  expect(await db.sql`select from proposal_invitation where proposal_uri = ${draft.uri}`).toHaveLength(0);
});

test("an invitation can be declined without an account, and taken back", async () => {
  const token = await byLink();
  const visitor = await rooms.visitor();
  await visitor.open(`/account/invitation/${token}`);
  await visitor.press("Decline");
  expect(await listInvitations(db.sql, draft.uri, now)).toEqual([]);

  const second = await byLink();
  const owner = await rooms.visitor(author);
  await owner.open(`/proposals/${draft.id}/coauthors`);
  await owner.press("Take back");
  expect(owner.text).toContain("The invitation is taken back");
  await expect(acceptInvitation(db.sql, friend, second, now)).rejects.toMatchObject({ code: "link-expired" });
  const guessed = invitationToken("another secret", draft.id);
  await expect(acceptInvitation(db.sql, friend, guessed, now)).rejects.toMatchObject({ code: "link-expired" });
});

test("invitations are few at a time, and only the author's to give", async () => {
  for (let sent = 0; sent < invitationsMax; sent += 1) await byLink();
  await expect(byLink()).rejects.toMatchObject({ code: "invitation-limit" });
  const other = await aProposal(city, { process, by: author, now });
  await joined(other.uri);
  const give = () => inviteCoauthor(db.sql, secret, friend, other.uri, { email: null }, now);
  await expect(give()).rejects.toMatchObject({ code: "not-allowed" });
  const stranger = await rooms.visitor(await aGuest(city));
  expect((await stranger.open(`/proposals/${other.id}/coauthors`)).status).toBe(404);
});

describe("who writes along", () => {
  test("changes the text as the author may, in the same window, and does nothing else", async () => {
    await joined();
    const visitor = await rooms.visitor(friend);
    await visitor.open(`/proposals/${draft.id}/edit`);
    await visitor.fill("Your proposal", "Trees, and a fountain.").press("Save as a draft");
    expect((await getProposal(db.sql, draft.uri)).body).toBe("Trees, and a fountain.");
    expect(visitor.hasButton("Publish")).toBe(false);
    expect(visitor.hasButton("Throw the draft away")).toBe(false);
    await expect(publishProposal(db.sql, friend, draft.uri, now)).rejects.toMatchObject({ code: "not-found" });
    await publishProposal(db.sql, author, draft.uri, now);
    const { version } = await getProposal(db.sql, draft.uri);
    expect(version).toBe(1);
    const edit = (at: Date) =>
      editProposal(db.sql, friend, draft.uri, { ...aProposalText({ title: draft.title }), version: 1 }, at);
    await expect(edit(new Date(+now + dayMs + minuteMs))).rejects.toMatchObject({ code: "edit-window-over" });
    expect(await edit(later)).toMatchObject({ version: 2 });
    await expect(withdrawProposal(db.sql, friend, draft.uri, now)).rejects.toMatchObject({ code: "not-allowed" });
  });

  test("leaves, or is asked to; the name goes and the text stays", async () => {
    const proposal = await aProposal(city, { process, by: author, now });
    await joined(proposal.uri);
    const visitor = await rooms.visitor(friend);
    await visitor.open(`/proposals/${proposal.id}`);
    expect(visitor.text).toContain("Ane Etxeberria and Jon Arrieta");
    await visitor.follow("Who writes it, and leaving");
    await visitor.press("Yes, leave");
    expect(visitor.text).toContain("You have left.");
    expect(visitor.text).not.toContain("and Jon Arrieta");
    await joined(proposal.uri);
    const [coauthor] = await listCoauthors(db.sql, proposal.uri);
    await removeCoauthor(db.sql, author, proposal.uri, coauthor!.id, later);
    expect(await getProposal(db.sql, proposal.uri)).toMatchObject({ coauthors: [], accountId: author.id });
    expect((await visitor.open(`/proposals/${proposal.id}/edit`)).status).toBe(403);
    const parts = await db.sql`
      select from record_part where subject_uri = ${proposal.uri} and document like '%Jon Arrieta%'`;
    expect(parts).toHaveLength(0);
  });

  test("is named with the author on cards, in the feed and on their own page, under the name they agreed to", async () => {
    const voiced = await aResident(city, { name: "Private Oak", handle: "itziar-voice" });
    await db.sql`update actor set name = 'Itziar' where id = ${voiced.actorId}`;
    const itziar = (await getAccount(db.sql, voiced.id))!;
    const before = await aProposal(city, { process, by: author, now, isDraft: true, title: "Benches for all of us" });
    await joined(before.uri);
    await acceptInvitation(db.sql, itziar, await byLink(before.uri), later);
    await publishProposal(db.sql, author, before.uri, later);
    expect(await listWriterAccounts(db.sql, before.uri)).toEqual([author.id, friend.id, itziar.id]);
    expect((await readOwnData(db.sql, author.id)).proposals).toContainEqual(
      expect.objectContaining({ uri: before.uri, writtenWith: ["Jon Arrieta", "Itziar"] }),
    );
    expect((await readOwnData(db.sql, itziar.id)).coauthored).toMatchObject([{ namedAs: "Itziar" }]);
    const all = "Ane Etxeberria, Jon Arrieta, and Itziar";
    const visitor = await rooms.visitor();
    await visitor.open(`/processes/${process.handle}/proposals`);
    expect(visitor.text).toContain(all);
    await visitor.open(`/processes/${process.handle}/proposals/feed.atom`);
    expect(visitor.html).toContain(`<name>${all}</name>`);
    await visitor.open("/actors/itziar-voice");
    expect(visitor.text).toContain("Benches for all of us");
    expect(visitor.text).toContain(all);

    // Whoever closes that voice is not named by the other one of their names when somebody else leaves.
    await closePublicVoice(db.sql, itziar, later);
    const [jon] = await listCoauthors(db.sql, before.uri);
    await removeCoauthor(db.sql, friend, before.uri, jon!.id, later);
    expect((await getProposal(db.sql, before.uri)).coauthors).toEqual(["Itziar"]);
  });

  test("is not joined to a voice of another name", async () => {
    const guest = await aResident(city, { name: "Private Elm" });
    const proposal = await aProposal(city, { process, by: author, now, title: "A quiet corner" });
    await acceptInvitation(db.sql, guest, await byLink(proposal.uri), now);
    await openPublicVoice(db.sql, city.uris, guest, { handle: "nightjar", name: "Nightjar" }, now);
    const visitor = await rooms.visitor();
    await visitor.open("/actors/nightjar");
    expect(visitor.status).toBe(200);
    expect(visitor.text).not.toContain("A quiet corner");
  });

  test("stands for it alone once its author has closed the account", async () => {
    const proposal = await aProposal(city, { process, by: author, now });
    await joined(proposal.uri);
    await closeAccount(db.sql, author, [forgetProposer], later);
    const visitor = await rooms.visitor();
    await visitor.open(`/proposals/${proposal.id}`);
    expect(visitor.text).toContain("Jon Arrieta");
    expect(visitor.text).not.toContain("Ane Etxeberria");
  });

  test("inherits the draft of an author who closes the account; alone, a draft goes", async () => {
    await joined();
    const alone = await aProposal(city, { process, by: author, isDraft: true, now });
    await closeAccount(db.sql, author, [forgetProposer], later);
    expect(await findProposal(db.sql, alone.uri)).toBeNull();
    expect(await getProposal(db.sql, draft.uri)).toMatchObject({
      accountId: friend.id,
      authorName: "Jon Arrieta",
      coauthors: [],
    });
  });

  test("is named no more in what is erased as a whole", async () => {
    const proposal = await aProposal(city, { process, by: author, now });
    await joined(proposal.uri);
    await eraseProposal(db.sql, author, proposal.uri, later);
    expect(await db.sql`select coauthors from proposal where uri = ${proposal.uri}`).toMatchObject([{ coauthors: [] }]);
    expect(await db.sql`select from proposal_coauthor where proposal_uri = ${proposal.uri}`).toHaveLength(0);
  });
});
