// Signing in and out on a real database: limits, one-time links, sessions, and what is not kept.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeAccount } from "../../src/accounts/actions.ts";
import { findAccountByEmail, listSessions, loadViewer } from "../../src/accounts/queries.ts";
import {
  digestOf,
  linkLifetimeMs,
  linksPerAddressMax,
  linksPerNetworkMax,
  linkToken,
  sessionLifetimeMs,
} from "../../src/accounts/sign-in.ts";
import {
  endSession,
  issueSignInLink,
  openAccount,
  readSignInLink,
  requestSignIn,
  signIn,
  signOut,
  signOutEverywhere,
  sweepSignIns,
} from "../../src/accounts/sign-in-actions.ts";
import { openUris } from "../../src/platform/uris.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "a secret of this test that is long enough";
const uris = openUris("https://bilbao.test");
const now = new Date("2026-03-01T10:00:00Z");
const later = (ms: number) => new Date(now.getTime() + ms);

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.drop());

let made = 0;
const anEmail = () => `person${++made}@example.org`;

async function aToken(email: string, { at = now, returnTo = "/" } = {}): Promise<string> {
  const link = await issueSignInLink(
    db.sql,
    uris,
    secret,
    { email, locale: "en", returnTo, lifetimeMs: linkLifetimeMs },
    at,
  );
  return link.slice(link.lastIndexOf("/") + 1);
}

const entry = (token: string, more: Partial<Parameters<typeof signIn>[1]> = {}) => ({
  token,
  name: "Ona",
  device: "Firefox, Linux",
  previousSessionToken: null,
  ...more,
});

const request = (email: string, ip: string | null = null) => ({ email, locale: "ca", returnTo: "/", ip });

describe("asking for a link", () => {
  test("promises one mail in the same transaction, and neither row lets anyone sign in", async () => {
    const email = anEmail();
    await requestSignIn(db.sql, secret, request(email, "192.0.2.1"), now);
    const [link] = await db.sql<{ id: string; row: string }[]>`
      select id, row_to_json(sign_in_link)::text as row from sign_in_link where email = ${email}`;
    const jobs = await db.sql<{ payload: unknown; row: string }[]>`
      select payload, row_to_json(job)::text as row from job where payload ->> 'linkId' = ${link!.id}`;
    expect(jobs.map((job) => job.payload)).toEqual([{ mail: "sign-in", linkId: link!.id }]);
    const token = linkToken(secret, link!.id);
    for (const row of [link!.row, jobs[0]!.row]) {
      expect(row).not.toContain(token);
      expect(row).not.toContain("192.0.2.1");
    }
    expect(jobs[0]!.row).not.toContain(email);
    expect(await readSignInLink(db.sql, token, now)).toEqual({ email, isNew: true });
  });

  test("does the same for an address that is known and one that is not", async () => {
    const [known, unknown] = [anEmail(), anEmail()];
    await openAccount(db.sql, { email: known, name: "Jon", locale: "es" }, now);
    const written: unknown[] = [];
    for (const email of [known, unknown]) {
      expect(await requestSignIn(db.sql, secret, request(email), now)).toBeUndefined();
      written.push(
        await db.sql`
          select locale, return_to, expires_at, used_at, (select count(*)::int from job where payload ->> 'linkId' = l.id::text) as jobs
          from sign_in_link l where email = ${email}`.then((rows) => [...rows]),
      );
    }
    expect(written[0]).toEqual(written[1]);
    expect(await findAccountByEmail(db.sql, unknown)).toBeNull();
  });

  test("is limited per address, however it is written, and opens again after an hour", async () => {
    const email = anEmail();
    for (let n = 0; n < linksPerAddressMax; n++)
      await requestSignIn(db.sql, secret, request(email, `192.0.2.${n}`), later(n));
    await expect(requestSignIn(db.sql, secret, request(email.toUpperCase()), later(9))).rejects.toMatchObject({
      code: "too-many-requests",
      params: { seconds: 3600 },
    });
    await requestSignIn(db.sql, secret, request(email), later(3_600_010));
  });

  test("is limited per network, whatever the addresses", async () => {
    const from = (n: number) =>
      requestSignIn(db.sql, secret, request(anEmail(), `2001:db8:7:7::${n.toString(16)}`), now);
    for (let n = 1; n <= linksPerNetworkMax; n++) await from(n);
    await expect(from(99)).rejects.toMatchObject({ code: "too-many-requests" });
    await requestSignIn(db.sql, secret, request(anEmail(), "2001:db8:7:8::1"), now);
  });

  test("per network also for who closes their account each time; no closed account's link works or says whose it was", async () => {
    const ip = "2001:db8:9:9::1";
    for (let n = 1; n <= linksPerNetworkMax; n++) {
      const email = anEmail();
      await requestSignIn(db.sql, secret, { ...request(email, ip), returnTo: "/own-words" }, now);
      const [link] = await db.sql<{ id: string }[]>`select id from sign_in_link where email = ${email}`;
      const account = await openAccount(db.sql, { email, name: "Ona", locale: "ca" }, now);
      await closeAccount(db.sql, account, [], now);
      await expect(readSignInLink(db.sql, linkToken(secret, link!.id), now)).rejects.toMatchObject({
        code: "link-expired",
      });
      const [kept] = await db.sql<{ row: string }[]>`
        select row_to_json(l)::text as row from sign_in_link l where id = ${link!.id}`;
      expect(kept?.row).not.toMatch(/example|own-words/);
    }
    await expect(requestSignIn(db.sql, secret, request(anEmail(), ip), now)).rejects.toMatchObject({
      code: "too-many-requests",
    });
    await sweepSignIns(db.sql, later(25 * 3_600_000));
    expect(await db.sql`select from sign_in_link where email = ''`).toHaveLength(0);
  });

  test("a burst does not pass the limit together", async () => {
    const email = anEmail();
    const burst = await Promise.allSettled(
      Array.from({ length: linksPerAddressMax * 3 }, () => requestSignIn(db.sql, secret, request(email), now)),
    );
    expect(burst.filter(({ status }) => status === "fulfilled")).toHaveLength(linksPerAddressMax);
  });

  test("what is no address is refused before anything is written", async () => {
    await expect(
      requestSignIn(db.sql, secret, request("ona@example.org\nBcc: x@example.org"), now),
    ).rejects.toMatchObject({
      code: "invalid-input",
      params: { field: "email" },
    });
  });
});

describe("using a link", () => {
  test("reading it does not use it up, signing in does", async () => {
    const token = await aToken(anEmail(), { returnTo: "/proposals/new" });
    await readSignInLink(db.sql, token, now);
    await readSignInLink(db.sql, token, now);
    const signedIn = await signIn(db.sql, entry(token), now);
    expect(signedIn.returnTo).toBe("/proposals/new");
    await expect(signIn(db.sql, entry(token), now)).rejects.toMatchObject({ code: "link-expired" });
    await expect(readSignInLink(db.sql, token, now)).rejects.toMatchObject({ code: "link-expired" });
  });

  test("two who use it at once are not both signed in", async () => {
    const token = await aToken(anEmail());
    const both = await Promise.allSettled([signIn(db.sql, entry(token), now), signIn(db.sql, entry(token), now)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("it is good for 20 minutes", async () => {
    const token = await aToken(anEmail());
    await readSignInLink(db.sql, token, later(20 * 60_000 - 1));
    await expect(signIn(db.sql, entry(token), later(20 * 60_000))).rejects.toMatchObject({ code: "link-expired" });
  });

  test("the first time opens a guest's account under the name given", async () => {
    const email = anEmail();
    const { account } = await signIn(db.sql, entry(await aToken(email), { name: "  Laia  Font " }), now);
    expect(account).toMatchObject({
      email,
      name: "Laia Font",
      locale: "en",
      grants: [],
      residenceVerifiedAt: null,
      memberOf: [],
    });
    const again = await signIn(db.sql, entry(await aToken(email), { name: "Someone Else" }), now);
    expect(again.account).toMatchObject({ id: account.id, name: "Laia Font" });
  });

  test("a name that cannot be one leaves the link as it was", async () => {
    const token = await aToken(anEmail());
    await expect(signIn(db.sql, entry(token, { name: " " }), now)).rejects.toMatchObject({
      code: "invalid-input",
      params: { field: "name" },
    });
    expect((await signIn(db.sql, entry(token), now)).account.name).toBe("Ona");
  });

  test("the other links for the address stop working", async () => {
    const email = anEmail();
    const [first, second] = [await aToken(email), await aToken(email)];
    await signIn(db.sql, entry(second), now);
    await expect(readSignInLink(db.sql, first, now)).rejects.toMatchObject({ code: "link-expired" });
  });
});

describe("a session", () => {
  test("is found by its token and kept only as a digest", async () => {
    const { account, sessionToken } = await signIn(db.sql, entry(await aToken(anEmail())), now);
    expect(await loadViewer(db.sql, sessionToken, now)).toEqual(account);
    expect(await loadViewer(db.sql, null, now)).toBeNull();
    expect(await loadViewer(db.sql, `${sessionToken}x`, now)).toBeNull();
    expect(await loadViewer(db.sql, digestOf(sessionToken).toString("base64url"), now)).toBeNull();
    const [row] = await db.sql<{ text: string }[]>`
      select row_to_json(session)::text as text from session where account_id = ${account.id}`;
    expect(row!.text).not.toContain(sessionToken);
  });

  test("ends after thirty days", async () => {
    const { sessionToken } = await signIn(db.sql, entry(await aToken(anEmail())), now);
    expect(await loadViewer(db.sql, sessionToken, later(sessionLifetimeMs - 1))).not.toBeNull();
    expect(await loadViewer(db.sql, sessionToken, later(sessionLifetimeMs))).toBeNull();
  });

  test("signing in never continues the one that was in the browser", async () => {
    const planted = await signIn(db.sql, entry(await aToken(anEmail())), now);
    const victim = await signIn(
      db.sql,
      entry(await aToken(anEmail()), { previousSessionToken: planted.sessionToken }),
      now,
    );
    expect(victim.sessionToken).not.toBe(planted.sessionToken);
    expect(await loadViewer(db.sql, planted.sessionToken, now)).toBeNull();
  });

  test("can be ended one by one by its owner only, and all at once with the links on their way", async () => {
    const email = anEmail();
    const laptop = await signIn(db.sql, entry(await aToken(email)), now);
    const phone = await signIn(db.sql, entry(await aToken(email), { device: "Chrome, Android" }), later(1));
    const stranger = await signIn(db.sql, entry(await aToken(anEmail())), now);
    const open = await listSessions(db.sql, laptop.account.id, laptop.sessionToken, later(1));
    expect(open.map(({ device, isThisOne }) => [device, isThisOne])).toEqual([
      ["Chrome, Android", false],
      ["Firefox, Linux", true],
    ]);
    await expect(endSession(db.sql, stranger.account, open[0]!.id)).rejects.toMatchObject({ code: "not-found" });
    await endSession(db.sql, laptop.account, open[0]!.id);
    expect(await loadViewer(db.sql, phone.sessionToken, now)).toBeNull();

    const onItsWay = await aToken(email);
    await signOutEverywhere(db.sql, laptop.account, now);
    expect(await loadViewer(db.sql, laptop.sessionToken, now)).toBeNull();
    await expect(readSignInLink(db.sql, onItsWay, now)).rejects.toMatchObject({ code: "link-expired" });
    expect(await loadViewer(db.sql, stranger.sessionToken, now)).not.toBeNull();
  });

  test("signing out twice is no fault", async () => {
    const { sessionToken } = await signIn(db.sql, entry(await aToken(anEmail())), now);
    await signOut(db.sql, sessionToken);
    await signOut(db.sql, sessionToken);
    expect(await loadViewer(db.sql, sessionToken, now)).toBeNull();
  });
});

test("old links and ended sessions are forgotten, what is in use stays", async () => {
  const email = anEmail();
  const { sessionToken } = await signIn(db.sql, entry(await aToken(email)), now);
  const fresh = await aToken(anEmail(), { at: later(24 * 3_600_000) });
  await sweepSignIns(db.sql, later(24 * 3_600_000));
  expect(await db.sql`select from sign_in_link where email = ${email}`).toHaveLength(0);
  expect(await loadViewer(db.sql, sessionToken, later(24 * 3_600_000))).not.toBeNull();
  await readSignInLink(db.sql, fresh, later(24 * 3_600_000));
  await sweepSignIns(db.sql, later(sessionLifetimeMs));
  expect(await db.sql`select from session where token_digest = ${digestOf(sessionToken)}`).toHaveLength(0);
});

test("the viewer is found through indexes alone", async () => {
  await db.sql`analyze`;
  const plan = await db.sql.begin(async (tx) => {
    await tx`set local enable_seqscan = off`;
    return await tx`
      explain select account.id from session join account on account.id = session.account_id
        left join actor on actor.id = account.actor_id
      where session.token_digest = ${digestOf("x")} and session.expires_at > ${now}`;
  });
  const steps = plan.map((row) => String(Object.values(row)[0])).join("\n");
  expect(steps).toContain("Index");
  expect(steps).not.toContain("Seq Scan");
});
