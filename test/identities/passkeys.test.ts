// Passkeys on a real database, with an authenticator in software: what is let in, what is not, and what happens to a copy.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { loadViewer } from "../../src/accounts/queries.ts";
import { sweepAttempts } from "../../src/identities/attempt-actions.ts";
import { attemptLifetimeMs, attemptsPerAccountMax, attemptsPerNetworkMax } from "../../src/identities/identity.ts";
import { identityHandlers } from "../../src/identities/jobs.ts";
import { isCopied, relyingPartyOf } from "../../src/identities/passkey.ts";
import {
  addPasskey,
  beginAddingPasskey,
  beginPasskeySignIn,
  signInWithPasskey,
} from "../../src/identities/passkey-actions.ts";
import { listIdentities } from "../../src/identities/queries.ts";
import { drain } from "../../src/platform/job-drain.ts";
import { openMailbox } from "../../src/platform/mail.ts";
import { makePasskey, type SoftPasskey, usePasskey } from "../support/authenticator.ts";
import { aCity, aGuest, anOfficial, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "a secret of this test that is long enough";
const now = new Date();
const later = (ms: number) => new Date(now.getTime() + ms);
const rp = relyingPartyOf("https://bilbao.test")!;
const device = { origin: rp.origin, rpId: rp.id };
const asker = { locale: "en", ip: null, returnTo: "/processes" };
const session = { device: "Firefox, Linux", previousSessionToken: null };

let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
});
afterAll(() => db.drop());

const optionsToAdd = (by: Account) => beginAddingPasskey(db.sql, secret, { ...rp, name: "Bilbao" }, by, asker, now);
const optionsToSignIn = (ip: string | null = null, at = now) =>
  beginPasskeySignIn(db.sql, secret, rp, { ...asker, ip }, at);

async function aPasskeyOf(by: Account, label = "Firefox on Linux"): Promise<SoftPasskey> {
  const { passkey, answer } = makePasskey(device, await optionsToAdd(by));
  await addPasskey(db.sql, rp, by, { answer, label }, now);
  return passkey;
}

const enter = (answer: string, { viewerId = null as string | null, at = now } = {}) =>
  signInWithPasskey(db.sql, rp, { answer, viewerId, session }, at);

async function mails() {
  const mailbox = openMailbox(() => now);
  const clock = { now: () => now };
  await drain(db.sql, identityHandlers({ sql: db.sql, uris: city.uris, clock, mailer: mailbox }));
  return mailbox.mails;
}

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("a passkey", () => {
  test("is added, and lets its owner in from then on, back to where they were", async () => {
    const by = await aGuest(city);
    const passkey = await aPasskeyOf(by);
    const { account, sessionToken, returnTo } = await enter(usePasskey(device, passkey, await optionsToSignIn()));
    expect(account.id).toBe(by.id);
    expect(returnTo).toBe("/processes");
    expect((await loadViewer(db.sql, sessionToken, now))?.id).toBe(by.id);
    const [listed] = await listIdentities(db.sql, by.id);
    expect(listed).toMatchObject({
      kind: "passkey",
      issuer: "bilbao.test",
      label: "Firefox on Linux",
      blockedAt: null,
    });
  });

  test("that is added is told to its owner by mail", async () => {
    const by = await aGuest(city, { email: "told@example.org", locale: "ca" });
    await aPasskeyOf(by, "Mòbil");
    const mail = (await mails()).find(({ to }) => to === "told@example.org");
    expect(mail?.subject).toBe("Teniu una nova manera d’entrar a Bilbao");
    expect(mail?.text).toContain("«Mòbil»");
  });

  test("asks for nothing that tells who it is, and shares one random handle per account", async () => {
    const by = await aGuest(city);
    const first = await aPasskeyOf(by);
    const options = await optionsToAdd(by);
    expect(options.user.id).toBe(first.userHandle);
    expect(options.user.id).not.toContain(by.id);
    expect(options.excludeCredentials).toMatchObject([{ id: first.id }]);
    expect((await optionsToSignIn()).allowCredentials ?? []).toEqual([]);
  });

  test("is answered alike when nobody has it, when its signature is wrong, and from a page of another origin", async () => {
    const by = await aGuest(city);
    const passkey = await aPasskeyOf(by);
    const { passkey: unknown } = makePasskey(device, { challenge: "x", user: { id: passkey.userHandle } });
    const forged = { ...unknown, id: passkey.id };
    const elsewhere = { ...device, origin: "https://bilbao.test.evil.example" };
    for (const answer of [
      usePasskey(device, unknown, await optionsToSignIn()),
      usePasskey(device, forged, await optionsToSignIn()),
      usePasskey(elsewhere, passkey, await optionsToSignIn()),
      usePasskey({ ...device, rpId: "evil.example" }, passkey, await optionsToSignIn()),
      usePasskey(device, { ...passkey, userHandle: "c29tZWJvZHkgZWxzZQ" }, await optionsToSignIn()),
      "not even JSON",
      "{}",
    ]) {
      await expect(enter(answer)).rejects.toEqual(code("passkey-refused"));
    }
  });

  test("answers one challenge once, soon, and only one that was given for a sign-in", async () => {
    const by = await aGuest(city);
    const passkey = await aPasskeyOf(by);
    const answer = usePasskey(device, passkey, await optionsToSignIn());
    await enter(answer);
    await expect(enter(answer)).rejects.toEqual(code("attempt-expired"));
    const late = usePasskey(device, passkey, await optionsToSignIn());
    await expect(enter(late, { at: later(attemptLifetimeMs) })).rejects.toEqual(code("attempt-expired"));
    const madeUp = usePasskey(device, passkey, { challenge: "bWFkZSB1cA" });
    await expect(enter(madeUp)).rejects.toEqual(code("attempt-expired"));
    const forAdding = usePasskey(device, passkey, await optionsToAdd(by));
    await expect(enter(forAdding)).rejects.toEqual(code("attempt-expired"));
  });

  test("does not switch the account of who signed in meanwhile", async () => {
    const [by, other] = [await aGuest(city), await aGuest(city)];
    const answer = usePasskey(device, await aPasskeyOf(by), await optionsToSignIn());
    await expect(enter(answer, { viewerId: other.id })).rejects.toEqual(code("attempt-elsewhere"));
  });

  test("cannot be added to the account of somebody who did not begin it, nor to a second account", async () => {
    const [by, other] = [await aGuest(city), await aGuest(city)];
    const { passkey, answer } = makePasskey(device, await optionsToAdd(by));
    await expect(addPasskey(db.sql, rp, other, { answer, label: "x" }, now)).rejects.toEqual(code("attempt-elsewhere"));
    await expect(addPasskey(db.sql, rp, by, { answer, label: "x" }, now)).rejects.toEqual(code("attempt-expired"));
    expect(await listIdentities(db.sql, other.id)).toEqual([]);
    expect(passkey.counter).toBe(1);
  });

  test("of someone who acts for the city must ask for a PIN or the like", async () => {
    const official = await anOfficial(city);
    const careless = { ...device, verifies: false };
    const options = await optionsToAdd(official);
    expect(options.authenticatorSelection?.userVerification).toBe("required");
    const { answer } = makePasskey(careless, options);
    await expect(addPasskey(db.sql, rp, official, { answer, label: "Key" }, now)).rejects.toEqual(
      code("passkey-unverified"),
    );
    const passkey = await aPasskeyOf(official);
    await expect(enter(usePasskey(careless, passkey, await optionsToSignIn()))).rejects.toEqual(
      code("passkey-unverified"),
    );
    await enter(usePasskey(device, passkey, await optionsToSignIn()));
  });
});

describe("a passkey that somebody has a copy of", () => {
  test.each([
    [0, 0, false],
    [0, 1, false],
    [5, 6, false],
    [5, 5, true],
    [5, 4, true],
    [5, 0, true],
  ])("kept %i, now %i: %s", (kept, reported, expected) => expect(isCopied(kept, reported)).toBe(expected));

  test("is refused and blocked, its owner is told by mail once, and other ways still work", async () => {
    const by = await aGuest(city, { email: "owner@example.org" });
    const passkey = await aPasskeyOf(by, "Old phone");
    const other = await aPasskeyOf(by, "New phone");
    const copy = { ...passkey };
    await enter(usePasskey(device, passkey, await optionsToSignIn()));
    await expect(enter(usePasskey(device, copy, await optionsToSignIn()))).rejects.toEqual(code("passkey-blocked"));
    // The real one too: nobody can tell which is which.
    await expect(enter(usePasskey(device, passkey, await optionsToSignIn()))).rejects.toEqual(code("passkey-blocked"));
    await enter(usePasskey(device, other, await optionsToSignIn()));
    expect((await listIdentities(db.sql, by.id)).map(({ blockedAt }) => blockedAt)).toEqual([now, null]);
    const [told, ...more] = (await mails()).filter(({ subject }) => subject.includes("blocked"));
    expect(more).toEqual([]);
    expect(told).toMatchObject({ to: "owner@example.org", text: expect.stringContaining("“Old phone”") });
    expect(told?.text).toContain("https://bilbao.test/account/sign-in");
  });

  test("of two sign-ins at once with one count, one passes", async () => {
    const passkey = await aPasskeyOf(await aGuest(city));
    const answers = [
      usePasskey(device, { ...passkey }, await optionsToSignIn()),
      usePasskey(device, { ...passkey }, await optionsToSignIn()),
    ];
    const ends = await Promise.allSettled(answers.map((answer) => enter(answer)));
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("attempts", () => {
  test("are limited for each network and each account, and forgotten after a day", async () => {
    const ip = "192.0.2.77";
    for (let count = 0; count < attemptsPerNetworkMax; count += 1) await optionsToSignIn(ip);
    await expect(optionsToSignIn(ip)).rejects.toEqual(code("too-many-requests"));
    await optionsToSignIn("192.0.2.78");
    const by = await aGuest(city);
    for (let count = 0; count < attemptsPerAccountMax; count += 1) await optionsToAdd(by);
    await expect(optionsToAdd(by)).rejects.toEqual(code("too-many-requests"));
    const [row] = await db.sql<{ row: string }[]>`
      select row_to_json(sign_in_attempt)::text as row from sign_in_attempt where network_digest is not null limit 1`;
    expect(row?.row).not.toContain("192.0.2");
    await sweepAttempts(db.sql, later(25 * 3_600_000));
    expect(await db.sql`select from sign_in_attempt`).toHaveLength(0);
    await optionsToSignIn(ip, later(25 * 3_600_000));
  });

  test("a node whose host is a number has no passkeys", () => {
    expect(relyingPartyOf("http://192.0.2.1:3000")).toBeNull();
    expect(relyingPartyOf("http://[::1]:3000")).toBeNull();
    expect(relyingPartyOf("http://localhost:3000")).toEqual({ id: "localhost", origin: "http://localhost:3000" });
  });
});
