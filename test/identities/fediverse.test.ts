// What people may type as their fediverse address, and who an account of another server is to this one.
import { describe, expect, test } from "vitest";
import { fediverseIdentity, handleOf, languageOf, nameFrom, readAddress } from "../../src/identities/fediverse.ts";
import { languageFrom, personFrom } from "../../src/identities/oidc.ts";
import { seal, unseal } from "../../src/platform/sealing.ts";

describe("an address as people type it", () => {
  test.each([
    ["@ana@mastodon.social", "ana", "mastodon.social"],
    ["ana@mastodon.social", "ana", "mastodon.social"],
    [" @Ana@Mastodon.Social ", "Ana", "mastodon.social"],
    ["acct:ana@mastodon.social", "ana", "mastodon.social"],
    ["\u200e@ana@mastodon.social\u200f", "ana", "mastodon.social"],
    ["\uff20ana\uff20mastodon.social", "ana", "mastodon.social"],
    ["https://mastodon.social/@ana", "ana", "mastodon.social"],
    ["https://mastodon.social/users/ana/", "ana", "mastodon.social"],
    ["https://mastodon.social/@ana@other.example", "ana", "other.example"],
    ["https://social.example/u/ana.b-c_d", "ana.b-c_d", "social.example"],
    ["https://mastodon.social/", null, "mastodon.social"],
    ["mastodon.social", null, "mastodon.social"],
    ["mastodon.social/", null, "mastodon.social"],
    ["@mastodon.social", null, "mastodon.social"],
    ["ona@participació.example", "ona", "xn--participaci-0eb.example"],
    ["ana@localhost:3000", "ana", "localhost:3000"],
  ])("%s", (text, name, host) => {
    expect(readAddress(text)).toEqual({ name, host });
  });

  test.each([
    "",
    "ana",
    "@",
    "@ana@",
    "@ana@townhall",
    "@ana@mastodon.social/inbox",
    "@ana@mastodon.social?x=1",
    "@ana@user:pass@mastodon.social",
    "https://user:pass@mastodon.social/@ana",
    "javascript:alert(1)",
    "ftp://mastodon.social/@ana",
    "ana@127.0.0.1",
    "ana@[::1]",
    "ana@2130706433",
    "ana@mastodon.social:99999",
    `ana@${"a".repeat(300)}.example`,
    "ana mastodon.social",
  ])("is not %.40j", (text) => {
    expect(readAddress(text)).toBe(null);
  });
});

describe("who an account is", () => {
  const account = {
    id: "109",
    username: "ana",
    displayName: "",
    actorUri: "https://m.example/users/ana",
    language: null,
  };

  test("its actor and its id together: a name given to somebody else is somebody else", () => {
    const before = fediverseIdentity("m.example", account);
    expect(before).toEqual({ kind: "fediverse", issuer: "m.example", subject: "https://m.example/users/ana 109" });
    expect(fediverseIdentity("m.example", { ...account, id: "110" })).not.toEqual(before);
  });

  test("is shown as it was typed only if the typed handle is theirs", () => {
    const typed = { name: "Ana", host: "ana.example", actorUri: account.actorUri };
    expect(handleOf(account, "m.example", typed)).toBe("@ana@ana.example");
    expect(handleOf(account, "m.example", { ...typed, actorUri: "https://m.example/users/bea" })).toBe(
      "@ana@m.example",
    );
    expect(handleOf(account, "m.example", { ...typed, name: "bea" })).toBe("@ana@m.example");
    expect(handleOf(account, "m.example", { ...typed, actorUri: null })).toBe("@ana@m.example");
  });

  test.each([
    ["Ana :verified: Ruiz", "Ana Ruiz"],
    [":blobcat:", "ana"],
    ["", "ana"],
    ["\u202eanA", "anA"],
    ["n".repeat(500), "n".repeat(80)],
  ])("the name %.20s is suggested as %.20s", (displayName, name) => {
    expect(nameFrom({ ...account, displayName })).toBe(name);
  });
});

test.each([
  ["ca", "ca"],
  ["es-MX", "es"],
  // What GoToSocial and snac say where nothing was set.
  ["en", null],
  ["de", null],
  [null, null],
])("the language %j of an account is taken as %j", (language, taken) => {
  expect(languageOf({ language })).toBe(taken);
});

describe("what is used of an identity provider's claims", () => {
  test("an e-mail address counts only where it was verified there", () => {
    const claims = { sub: "1", name: "Ana", email: "Ana@Example.org" };
    expect(personFrom({ ...claims, email_verified: true }).verifiedEmail).toBe("ana@example.org");
    for (const email_verified of [false, undefined, "true", 1])
      expect(personFrom({ ...claims, email_verified }).verifiedEmail).toBe(null);
  });

  test("a name in parts is put together, and one that is no text is left out", () => {
    expect(personFrom({ sub: "1", given_name: "Ana", family_name: "Ruiz" }).name).toBe("Ana Ruiz");
    expect(personFrom({ sub: "1", name: { first: "Ana" } }).name).toBe("");
  });

  test.each([
    ["ca-ES", "ca"],
    ["es_ES", "es"],
    ["AR", "ar"],
    ["de", null],
    [7, null],
    [undefined, null],
  ])("the locale %j is read as %j", (locale, language) => {
    expect(languageFrom(locale)).toBe(language);
  });
});

describe("what is kept sealed", () => {
  const key = { secret: "a secret of this test that is long enough", purpose: "client", bound: "https://m.example" };

  test("opens with the same secret, for the same purpose and server only", () => {
    const sealed = seal(key, { clientSecret: "ñ" });
    expect(unseal(key, sealed)).toEqual({ clientSecret: "ñ" });
    for (const other of [{ secret: `${key.secret}.` }, { purpose: "arrival" }, { bound: "https://n.example" }])
      expect(unseal({ ...key, ...other }, sealed)).toBe(null);
  });

  test("does not open once a bit has changed, or half of it is gone", () => {
    // Long: one letter stands among sealed bytes by chance, in every sixth run.
    const sealed = seal(key, { clientSecret: "a-client-secret-of-this-test" });
    expect(sealed.includes("a-client-secret-of-this-test")).toBe(false);
    expect(sealed.includes("clientSecret")).toBe(false);
    const changed = Buffer.from(sealed);
    changed[changed.length - 1]! ^= 1;
    expect(unseal(key, changed)).toBe(null);
    expect(unseal(key, sealed.subarray(0, 20))).toBe(null);
    expect(unseal(key, Buffer.alloc(0))).toBe(null);
  });
});
