// The pages of one's ways to sign in, as a person walks through them without a script.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emailChangePath, emailChangeToken } from "../../src/accounts/email-actions.ts";
import { accountPages } from "../../src/accounts/pages.ts";
import { getAccount, listSessions } from "../../src/accounts/queries.ts";
import { digestOf } from "../../src/accounts/sign-in.ts";
import { openAccountWithoutEmail, openSession } from "../../src/accounts/sign-in-actions.ts";
import { linkIdentity } from "../../src/identities/actions.ts";
import { identityPages } from "../../src/identities/pages.ts";
import { passkeyWay } from "../../src/identities/passkey-views.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { aCity, aGuest, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";
import { openRooms, type Rooms } from "../support/room.ts";

const secret = "a secret of this test that is long enough";
const now = new Date();

let db: TestDatabase;
let city: City;
let rooms: Rooms;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
  const settings = { secret, mailbox: null, forgetAuthor: [], trustedProxyCount: 0 };
  const ways = [passkeyWay];
  rooms = await openRooms(
    db,
    city,
    [(house) => accountPages(house, settings, ways), (house) => identityPages(house, settings, ways)],
    { now },
  );
});
afterAll(async () => {
  expect(rooms.faults).toEqual([]);
  await rooms[Symbol.asyncDispose]();
  await db.drop();
});

let made = 0;
async function aWay(accountId: string, label = `@ada${++made}@social.example`): Promise<string> {
  const by = await getAccount(db.sql, accountId);
  const proven = { kind: "fediverse", issuer: "social.example", subject: `ada${++made}`, label } as const;
  return await withTransaction(db.sql, (tx) => linkIdentity(tx, by, proven, now));
}

/** The link in the mail about the newest wish of an account for another address. */
async function emailLink(accountId: string): Promise<string> {
  const [change] = await db.sql<{ id: string }[]>`
    select id from email_change where account_id = ${accountId} order by id desc limit 1`;
  return emailChangePath(emailChangeToken(secret, change!.id));
}

test("the sign-in page says what a passkey needs, and has a form for a script under the e-mail form", async () => {
  const visitor = await rooms.visitor();
  await visitor.open("/sign-in?back=/processes");
  expect(visitor.text).toContain("Passkeys need JavaScript");
  expect(visitor.html).toMatch(/<form hidden class="form" method="post" action="\/sign-in\/passkey"/);
  expect(visitor.html).toMatch(/<script type="module" src="\/assets\/\w+\/passkeys.js">/);
  expect((await visitor.open("/sign-in/sent")).html).not.toContain("passkeys.js");
});

test("a passkey's answer that is none is refused on the sign-in page, in words", async () => {
  const visitor = await rooms.visitor();
  await visitor.open("/sign-in?back=/processes");
  await visitor.press("Sign in with a passkey");
  expect(visitor.status).toBe(403);
  expect(visitor.text).toContain("This passkey could not be checked");
  expect(visitor.text).toContain("Send me the link");
});

describe("one's own ways to sign in", () => {
  test("are for who is signed in", async () => {
    const visitor = await rooms.visitor();
    await visitor.open("/account/sign-in");
    expect(visitor.url.pathname).toBe("/sign-in");
  });

  test("are shown, renamed, and removed after a question", async () => {
    const account = await aGuest(city, { email: "ways@example.org" });
    await aWay(account.id, "@ada@social.example");
    const visitor = await rooms.visitor(account);
    await visitor.open("/account");
    await visitor.follow("Look after your ways to sign in");
    expect(visitor.text).toContain("ways@example.org");
    expect(visitor.text).toContain("Fediverse account · social.example");
    await visitor.follow("Rename @ada@social.example");
    await visitor.fill("Name of this way to sign in", "").press("Save");
    expect(visitor.status).toBe(422);
    await visitor.fill("Name of this way to sign in", "My Mastodon").press("Save");
    expect(visitor.all("h3")).toContain("My Mastodon");
    await visitor.press("Yes, remove it");
    expect(visitor.text).toContain("“My Mastodon” is removed.");
    expect(visitor.text).toContain("None yet");
  });

  test("of somebody else are nowhere to be found", async () => {
    const [account, other] = [await aGuest(city), await aGuest(city)];
    const id = await aWay(other.id);
    const visitor = await rooms.visitor(account);
    expect((await visitor.open(`/account/sign-in/${id}/name`)).status).toBe(404);
    expect((await visitor.open("/account/sign-in/none/name")).status).toBe(404);
  });

  test("a person without e-mail keeps the last one until they have added an address", async () => {
    const account = await openAccountWithoutEmail(db.sql, { name: "Ada", locale: "en" }, now);
    await aWay(account.id);
    const visitor = await rooms.visitor(account);
    await visitor.open("/account");
    expect(visitor.text).toContain("No e-mail address");
    await visitor.open("/account/sign-in");
    expect(visitor.text).toContain("This is your only way in.");
    expect(visitor.hasButton("Yes, remove it")).toBe(false);
    await visitor.follow("Add an e-mail address");
    await visitor.fill("New e-mail address", "nobody").press("Send the confirmation link");
    expect(visitor.status).toBe(422);
    expect(visitor.value("New e-mail address")).toBe("nobody");
    await visitor.fill("New e-mail address", "ada@example.org").press("Send the confirmation link");
    const link = await emailLink(account.id);
    await visitor.open(link);
    expect(visitor.headers.get("referrer-policy")).toBe("no-referrer");
    expect(visitor.headers.get("cache-control")).toBe("no-store");
    expect(visitor.text).toContain("From now on ada@example.org will be the address of your account.");
    await visitor.press("Use this address");
    expect(visitor.text).toContain("Your e-mail address is confirmed.");
    expect(visitor.hasButton("Yes, remove it")).toBe(true);
    expect((await visitor.open(link)).status).toBe(410);
    expect(visitor.text).toContain("no longer works");
  });

  test("sessions are listed there, one elsewhere is ended, then all", async () => {
    const account = await aGuest(city);
    const begin = (device: string) =>
      withTransaction(db.sql, (tx) => openSession(tx, account.id, { device, previousSessionToken: null }, now));
    await begin("Safari, iPhone");
    await begin("Firefox, Linux");
    // What the cookie of this test's visitors holds.
    await db.sql`update session set token_digest = ${digestOf(account.id)}
      where account_id = ${account.id} and device = 'Firefox, Linux'`;
    const visitor = await rooms.visitor(account);
    await visitor.open("/account/sign-in");
    expect(visitor.text).toContain("This device");
    await visitor.press("Sign out there");
    expect(visitor.url.pathname).toBe("/account/sign-in");
    expect(await listSessions(db.sql, account.id, null, now)).toMatchObject([{ device: "Firefox, Linux" }]);
    await visitor.press("Sign out everywhere");
    expect(await listSessions(db.sql, account.id, null, now)).toEqual([]);
  });
});

test("an e-mail link opened where nobody, or somebody else, is signed in changes nothing and says why", async () => {
  const [account, other] = [await aGuest(city), await aGuest(city)];
  const visitor = await rooms.visitor(account);
  await visitor.open("/account/email");
  expect(visitor.text).toContain(`It is ${account.email} now`);
  await visitor.fill("New e-mail address", "next@example.org").press("Send the confirmation link");
  const link = await emailLink(account.id);
  const stranger = await rooms.visitor();
  await stranger.open(link);
  expect(stranger.status).toBe(401);
  expect(stranger.text).toContain("Sign in to that account in this browser");
  expect(stranger.text).not.toContain("next@example.org");
  expect(stranger.html).not.toContain(encodeURIComponent(link));
  const neighbour = await rooms.visitor(other);
  await neighbour.open(link);
  expect(neighbour.status).toBe(410);
  expect(neighbour.text).not.toContain("next@example.org");
  expect((await getAccount(db.sql, account.id)).email).toBe(account.email);
});
