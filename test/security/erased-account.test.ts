// A person who closes their account leaves none of their private words behind: what was planted wherever a person can write, or is
// written about, is looked for in every row of every table, whatever its columns are.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReachableAccount } from "../../src/accounts/account.ts";
import { changeProfile } from "../../src/accounts/actions.ts";
import { requestEmailChange } from "../../src/accounts/email-actions.ts";
import { grantRole } from "../../src/accounts/people-actions.ts";
import { getAccount } from "../../src/accounts/queries.ts";
import { issueSignInLink, openSession } from "../../src/accounts/sign-in-actions.ts";
import { publishComment } from "../../src/comments/actions.ts";
import { inviteToTeam } from "../../src/desk/invitation-actions.ts";
import { linkIdentity } from "../../src/identities/actions.ts";
import { hideSubject, reportSubject } from "../../src/moderation/actions.ts";
import { makeAppeal } from "../../src/moderation/statement-actions.ts";
import { findOwnStatementOf } from "../../src/moderation/statement-queries.ts";
import { askToFollowByMail } from "../../src/notices/mail-following-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { newId } from "../../src/platform/ids.ts";
import { editProposal } from "../../src/proposals/actions.ts";
import { acceptInvitation, inviteCoauthor } from "../../src/proposals/coauthor-actions.ts";
import { beginAct, endAssist, finishAct, startAssist } from "../../src/residences/assist-actions.ts";
import { askForLetter } from "../../src/residences/letter-actions.ts";
import { setMethod } from "../../src/residences/method-actions.ts";
import { residenceKey } from "../../src/residences/residence.ts";
import { findSubject } from "../../src/subjects/queries.ts";
import {
  aComment,
  aGuest,
  anOfficial,
  aProcess,
  aProposal,
  aProposalText,
  aRemoteComment,
  aResident,
  aStranger,
} from "../support/build.ts";
import { type Network, openNetwork } from "../support/network.ts";
import { openReader } from "../support/reader.ts";

let net: Network<"bilbao">;
beforeAll(async () => {
  net = await openNetwork("bilbao");
});
afterAll(() => net?.[Symbol.asyncDispose]());

/** Every place of the database that holds the word: as text, in JSON, in arrays, or as bytes. */
async function places(word: string): Promise<string[]> {
  const { sql } = net.nodes.bilbao;
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`;
  expect(tables.length).toBeGreaterThan(60);
  const found: string[] = [];
  for (const { name } of tables) {
    const words = [word.toLowerCase(), Buffer.from(word).toString("hex"), encodeURIComponent(word).toLowerCase()];
    const rows = await sql.unsafe(
      `select t::text as row from "${name}" as t where lower(t::text) like any($1::text[]) limit 1`,
      [words.map((one) => `%${one}%`)],
    );
    if (rows.length > 0) found.push(`${name}: ${String(rows[0]!.row).slice(0, 300)}`);
  }
  return found;
}

/** A server that was told of something does not answer: what is meant for it waits. */
const settle = () => net.settle({ inOutage: true });

async function close(account: ReachableAccount): Promise<void> {
  const visitor = await openReader(net.nodes.bilbao, await freshly(account));
  await visitor.open("/account/closing");
  await visitor.check("Yes, I want to close my account").press("Close my account for good");
  expect(visitor.text).toContain("Your account is closed");
}

const freshly = async ({ id }: { id: string }) => (await getAccount(net.nodes.bilbao.sql, id)) as ReachableAccount;

test("nothing private of a resident is left anywhere", async () => {
  const { bilbao } = net.nodes;
  const { sql, uris, administrator } = bilbao;
  const { secret } = bilbao.config;
  const now = net.clock.now();
  const ana = await aResident(bilbao, {
    now,
    name: "Xplant Name",
    email: "xplant-mail@example.org",
    handle: "resident_of_deusto",
  });
  const friend = await aResident(bilbao, { now, name: "A Friend" });
  const process = await aProcess(bilbao, { now, title: "Squares" });
  const profile = { name: "Xplant Name", locale: "en", knowHow: "xplant-knowhow", isKnowHowPublic: true };
  await changeProfile(sql, ana, profile, now);

  // What she proposes, alone and with others.
  const draft = await aProposal(bilbao, {
    process,
    by: ana,
    now,
    isDraft: true,
    title: "xplant-draft title",
    body: "xplant-draft body, which is long enough to be kept.",
  });
  await editProposal(
    sql,
    ana,
    draft.uri,
    {
      ...aProposalText(),
      title: "xplant-draft again",
      body: "xplant-draft body anew, which is long enough to be kept.",
      version: draft.version,
    } as never,
    now,
  );
  await inviteCoauthor(sql, secret, ana, draft.uri, { email: "xplant-friend@example.org" }, now);
  const shared = await aProposal(bilbao, { process, by: friend, now, title: "A shared bench" });
  await acceptInvitation(sql, ana, await inviteCoauthor(sql, secret, friend, shared.uri, { email: null }, now), now);
  const other = await aProposal(bilbao, { process, by: friend, now, title: "Another bench" });
  await inviteCoauthor(sql, secret, friend, other.uri, { email: "xplant-mail@example.org" }, now);
  const own = await aProposal(bilbao, { process, by: ana, now, title: "A public bench" });
  const said = { targetUri: own.uri, parentUri: null, stance: null, language: "en" } as const;
  const comment = await publishComment(
    sql,
    uris,
    ana,
    { ...said, body: "A public word", once: crypto.randomUUID() } as never,
    now,
  );
  await aComment(bilbao, { on: own, by: friend, now });

  // What moderators know of her.
  await reportSubject(
    sql,
    ana,
    { subjectUri: other.uri, category: "other", reason: "xplant-report", isForwarded: false },
    now,
  );
  const stranger = await aStranger(bilbao, { host: "elsewhere.example", now });
  const { uri: theirs } = await aRemoteComment(bilbao, { on: own, by: stranger, now });
  const forwarded = { subjectUri: theirs, category: "spam", reason: "xplant-forwarded", isForwarded: true } as const;
  await reportSubject(sql, ana, forwarded, now);
  await hideSubject(sql, administrator, comment.uri, "Off topic", now);
  const statement = await findOwnStatementOf(sql, ana, (await findSubject(sql, comment.uri))!.id);
  await makeAppeal(sql, ana, statement!, "xplant-appeal words", now);

  // Who she is to the city.
  const guest = await aGuest(bilbao, { now });
  expect(guest.id).toBeDefined();
  await setMethod(
    sql,
    administrator,
    "post",
    { isOn: true, validMonths: 24, explanation: {}, settings: {} } as never,
    now,
  );
  await askForLetter(
    sql,
    residenceKey(secret),
    ana,
    { address: "Xplant Name\nXplant street 1\n48001 Bilbao", number: "" },
    now,
  );
  const officer = await anOfficial(bilbao, { now, name: "Xofficer Name", email: "xofficer@example.org" });
  const device = { device: "", previousSessionToken: null };
  const officerToken = await withTransaction(sql, (tx) => openSession(tx, officer.id, device, now));
  const assist = await startAssist(
    sql,
    officer,
    { accountId: ana.id, reason: "xplant-reason of the officer", officerToken },
    now,
  );
  expect(assist.token).toBeDefined();
  const [{ id: assistId } = { id: "" }] = await sql<
    { id: string }[]
  >`select id from assist where account_id = ${ana.id}`;
  await finishAct(
    sql,
    { id: assistId, officerId: officer.id, accountId: ana.id },
    await beginAct(sql, assistId, "/comments", now),
    now,
  );
  await endAssist(sql, assistId, now);

  // How she comes in, and where mail goes.
  await requestEmailChange(sql, secret, ana, { email: "xplant-new@example.org", ip: null }, now);
  await askToFollowByMail(sql, { email: "xplant-mail@example.org", subjectUri: process.uri, locale: "en" }, now);
  const proven = {
    kind: "fediverse",
    issuer: "social.example",
    subject: "xplant-subject 7",
    label: "@xplant-label@social.example",
  } as const;
  await withTransaction(sql, (tx) => linkIdentity(tx, ana, proven, now));
  const link = { email: "xplant-mail@example.org", locale: "en", returnTo: "/?q=xplant-return", lifetimeMs: 600_000 };
  await issueSignInLink(sql, uris, secret, link, now);
  await inviteToTeam(
    sql,
    administrator,
    { email: "xplant-mail@example.org", role: "moderator", processUri: process.uri },
    now,
  );
  await settle();
  const browser = { device: "xplant-device", previousSessionToken: null };
  await withTransaction(sql, (tx) => openSession(tx, ana.id, browser, now));
  await sql`insert into notice (id, account_id, kind, subject_uri, data, mail, created_at)
    values (${newId(now)}, ${ana.id}, 'news', ${process.uri}, ${sql.json({ x: "xplant-notice" })}, 'never', ${now})`;

  await sql`
    insert into push_device (id, account_id, session_id, endpoint, public_key, auth_secret, created_at)
    select ${newId(now)}, account_id, id, 'https://push.example/xplant-device', '\\x04', '\\x00', ${now}
    from session where account_id = ${ana.id} and assist_id is null limit 1`;
  expect((await places("xplant")).length).toBeGreaterThan(15);
  expect((await places("xplant-device")).map((place) => place.split(":")[0]).sort()).toEqual([
    "push_device",
    "session",
  ]);
  expect(String(await places("xplant-forwarded"))).toContain("outgoing_activity");
  await close(ana);
  await settle();
  net.clock.advance(2 * 24 * 3_600_000);
  await settle();
  expect(await places("xplant")).toEqual([]);
  expect(await places("Xplant Name")).toEqual([]);

  // What an official did stays done, under no name.
  await grantRole(sql, administrator, friend.id, { role: "moderator", processUri: null }, now);
  await close(officer);
  await settle();
  expect(await places("Xofficer")).toEqual([]);
});
