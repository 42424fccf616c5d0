// Several ways into one account, on a real database: first sign-in, linking, unlinking, and what closing takes along.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { closeAccount } from "../../src/accounts/actions.ts";
import { getAccount, listPeople, loadViewer } from "../../src/accounts/queries.ts";
import {
  forgetIdentities,
  linkIdentity,
  renameIdentity,
  signInWith,
  unlinkIdentity,
} from "../../src/identities/actions.ts";
import { openAttempt, useAttempt } from "../../src/identities/attempt-actions.ts";
import { identitiesMax, mayRemove } from "../../src/identities/identity.ts";
import { listIdentities } from "../../src/identities/queries.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { readPageRequest } from "../../src/platform/pagination.ts";
import { aCity, aGuest, type City } from "../support/build.ts";
import { openTestDatabase, type TestDatabase } from "../support/database.ts";

const secret = "a secret of this test that is long enough";
const now = new Date("2026-03-01T10:00:00Z");
const session = { device: "Firefox, Linux", previousSessionToken: null };

let db: TestDatabase;
let city: City;
beforeAll(async () => {
  db = await openTestDatabase();
  city = await aCity(db);
});
afterAll(() => db.drop());

let made = 0;
const anIdentity = () => ({
  kind: "fediverse" as const,
  issuer: "social.example",
  subject: `https://social.example/users/ada${++made}`,
  label: `@ada${made}@social.example`,
});
type Proven = ReturnType<typeof anIdentity>;

const newcomer = { name: "Ada", fallbackName: "New resident", locale: "ca", verifiedEmail: null as string | null };
const enter = (proven: Proven, more: Partial<typeof newcomer> = {}) =>
  withTransaction(db.sql, (tx) => signInWith(tx, proven, { ...newcomer, ...more }, session, now));
const link = (by: Account, proven: Proven) => withTransaction(db.sql, (tx) => linkIdentity(tx, by, proven, now));
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("signing in with an account elsewhere", () => {
  test("opens an account without e-mail the first time, and finds it again after", async () => {
    const proven = anIdentity();
    const first = await enter(proven);
    expect(first).toMatchObject({ isNew: true, account: { email: null, name: "Ada", locale: "ca", grants: [] } });
    expect((await loadViewer(db.sql, first.sessionToken, now))?.id).toBe(first.account.id);
    const again = await enter(proven, { name: "Another name" });
    expect(again).toMatchObject({ isNew: false, account: { id: first.account.id, name: "Ada" } });
  });

  test("opens one account for two first sign-ins at once", async () => {
    const proven = anIdentity();
    const [one, two] = await Promise.all([enter(proven), enter(proven)]);
    expect(one.account.id).toBe(two.account.id);
  });

  test("two without e-mail are two people, and the desk finds them by name", async () => {
    const [one, two] = [await enter(anIdentity()), await enter(anIdentity(), { name: "Zuriñe" })];
    expect(one.account.id).not.toBe(two.account.id);
    const found = await listPeople(db.sql, "zurine", readPageRequest(new URLSearchParams(), 20));
    expect(found.rows).toMatchObject([{ id: two.account.id, email: null }]);
  });

  test.each(["", "\u202e\u200b", "  "])("a name of nothing (%j) becomes a plain one", async (name) => {
    expect((await enter(anIdentity(), { name })).account.name).toBe("New resident");
  });

  test("a name that is too long is cut", async () => {
    expect((await enter(anIdentity(), { name: "á".repeat(500) })).account.name).toBe("á".repeat(80));
  });

  test("does not walk into an account by its e-mail, whoever vouches for it", async () => {
    const { email, id } = await aGuest(city);
    await expect(enter(anIdentity(), { verifiedEmail: email.toUpperCase() })).rejects.toEqual(code("email-known"));
    expect(await listIdentities(db.sql, id)).toEqual([]);
    const { account } = await enter(anIdentity(), { verifiedEmail: "first@example.org" });
    expect(account.email).toBe("first@example.org");
  });
});

describe("linking", () => {
  test("adds a way in once, and refuses one that leads into another account", async () => {
    const [by, other, proven] = [await aGuest(city), await aGuest(city), anIdentity()];
    const id = await link(by, proven);
    expect(await link(by, proven)).toBe(id);
    await expect(link(other, proven)).rejects.toEqual(code("identity-elsewhere"));
    expect((await enter(proven)).account.id).toBe(by.id);
    expect(await listIdentities(db.sql, by.id)).toHaveLength(1);
  });

  test("stops at a number nobody needs", async () => {
    const by = await aGuest(city);
    for (let count = 0; count < identitiesMax; count += 1) await link(by, anIdentity());
    await expect(link(by, anIdentity())).rejects.toEqual(code("identity-limit"));
  });

  test("what was begun by one person and comes back as another, or as nobody, has no effect", async () => {
    const [by, other] = [await aGuest(city), await aGuest(city)];
    const begin = (accountId: string | null) =>
      openAttempt(
        db.sql,
        secret,
        { kind: "fediverse", data: { nonce: "n" }, accountId, returnTo: "//evil.example", locale: "en", ip: null },
        now,
      );
    const use = (state: string, accountId: string | null, kind = "fediverse") =>
      useAttempt(db.sql, { kind, state, accountId }, now);
    expect(await use(await begin(by.id), by.id)).toMatchObject({ data: { nonce: "n" }, returnTo: "/" });
    for (const [begun, back] of [
      [by.id, other.id],
      [by.id, null],
      [null, by.id],
    ] as const) {
      const state = await begin(begun);
      await expect(use(state, back)).rejects.toEqual(code("attempt-elsewhere"));
      await expect(use(state, begun)).rejects.toEqual(code("attempt-expired"));
    }
    await expect(use(await begin(null), null, "oidc")).rejects.toEqual(code("attempt-expired"));
  });
});

describe("taking a way in away", () => {
  test("leaves the account, and the other ways", async () => {
    const by = await aGuest(city);
    const [lost, kept] = [anIdentity(), anIdentity()];
    const id = await link(by, lost);
    await link(by, kept);
    await unlinkIdentity(db.sql, by, id);
    expect((await enter(kept)).account.id).toBe(by.id);
    expect((await enter(lost)).account.id).not.toBe(by.id);
  });

  test("is refused for the last one of a person without e-mail, and for anyone else's", async () => {
    const { account } = await enter(anIdentity());
    const [only] = await listIdentities(db.sql, account.id);
    await expect(unlinkIdentity(db.sql, account, only!.id)).rejects.toEqual(code("last-way-in"));
    await expect(unlinkIdentity(db.sql, await aGuest(city), only!.id)).rejects.toEqual(code("not-found"));
    await expect(unlinkIdentity(db.sql, account, "not an id")).rejects.toEqual(code("not-found"));
    await link(account, anIdentity());
    await unlinkIdentity(db.sql, account, only!.id);
  });

  test("two at once do not take the last two away", async () => {
    const { account } = await enter(anIdentity());
    await link(account, anIdentity());
    const ids = (await listIdentities(db.sql, account.id)).map(({ id }) => id);
    const ends = await Promise.allSettled(ids.map((id) => unlinkIdentity(db.sql, account, id)));
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("a blocked passkey is no way in", () => {
    const [blocked, good] = [
      { id: "1", blockedAt: now },
      { id: "2", blockedAt: null },
    ];
    expect(mayRemove([blocked, good], "1", false)).toBe(true);
    expect(mayRemove([blocked, good], "2", false)).toBe(false);
    expect(mayRemove([good], "2", true)).toBe(true);
  });
});

test("a way in is renamed by its owner alone, and not to nothing", async () => {
  const by = await aGuest(city);
  const id = await link(by, anIdentity());
  await renameIdentity(db.sql, by, id, "  My\u200b old\nphone ");
  expect((await listIdentities(db.sql, by.id))[0]?.label).toBe("My old phone");
  await expect(renameIdentity(db.sql, by, id, " \u200b ")).rejects.toEqual(code("invalid-input"));
  await expect(renameIdentity(db.sql, await aGuest(city), id, "Mine")).rejects.toEqual(code("not-found"));
});

test("closing an account takes its ways in along, and the same person may begin anew", async () => {
  const proven = anIdentity();
  const { account } = await enter(proven);
  await closeAccount(db.sql, account, [forgetIdentities], now);
  await expect(getAccount(db.sql, account.id)).rejects.toEqual(code("not-found"));
  expect(await db.sql`select from identity where account_id = ${account.id}`).toHaveLength(0);
  expect((await enter(proven)).account.id).not.toBe(account.id);
});
