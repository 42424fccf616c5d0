// The law of accounts and of signing in: who holds what, what a name and an address may be, where a link may lead.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Account,
  cleanName,
  grantableRoles,
  holds,
  holdsSomewhere,
  type RoleGrant,
} from "../../src/accounts/account.ts";
import { deviceOf, digestOf, emailFrom, linkToken, networkDigest, safeReturnPath } from "../../src/accounts/sign-in.ts";
import { Refused } from "../../src/platform/refusal.ts";

const processes = ["https://a.test/processes/one", "https://a.test/processes/two"];
const role = fc.constantFrom(...grantableRoles);
const scope = fc.constantFrom(null, ...processes);
const grant: fc.Arbitrary<RoleGrant> = fc.record({ role, processUri: scope });

const anAccount = (grants: readonly RoleGrant[], isVerified = false): Account => ({
  id: "0190a0a0-0000-7000-8000-000000000001",
  email: "ona@example.org",
  name: "Ona",
  publicName: "Ona",
  locale: "ca",
  actorId: null,
  handle: null,
  residenceVerifiedAt: isVerified ? new Date(0) : null,
  residenceExpiresAt: null,
  grants,
  memberOf: [],
});

describe("holds", () => {
  test("no one and no grant hold nothing, verified or not", () => {
    fc.assert(
      fc.property(role, scope, fc.boolean(), (wanted, where, isVerified) => {
        expect(holds(null, wanted, where)).toBe(false);
        expect(holds(anAccount([], isVerified), wanted, where)).toBe(false);
      }),
    );
  });

  test("a role is held exactly where it or administration was given, or everywhere when given for the node", () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 6 }), role, scope, (grants, wanted, where) => {
        const giving = grants.filter(
          (one) =>
            one.role === wanted || one.role === "administrator" || (wanted === "evaluator" && one.role === "official"),
        );
        const expected = giving.some((one) => one.processUri === null || one.processUri === where);
        expect(holds(anAccount(grants), wanted, where)).toBe(expected);
      }),
    );
  });

  test("a grant for a process never reaches the node or another process", () => {
    fc.assert(
      fc.property(fc.array(role), role, (given, wanted) => {
        const account = anAccount(given.map((one) => ({ role: one, processUri: processes[0]! })));
        expect(holds(account, wanted)).toBe(false);
        expect(holds(account, wanted, processes[1]!)).toBe(false);
      }),
    );
  });

  test("another grant takes nothing away, and what is held anywhere shows in the menu", () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 4 }), grant, role, scope, (grants, more, wanted, where) => {
        const before = holds(anAccount(grants), wanted, where);
        const after = anAccount([...grants, more]);
        if (before) expect(holds(after, wanted, where)).toBe(true);
        if (holds(after, wanted, where)) expect(holdsSomewhere(after, wanted)).toBe(true);
      }),
    );
  });

  test("being an official or a moderator is not being an administrator", () => {
    expect(holds(anAccount([{ role: "official", processUri: null }]), "administrator")).toBe(false);
    expect(holds(anAccount([{ role: "moderator", processUri: null }]), "official")).toBe(false);
    expect(holds(anAccount([{ role: "moderator", processUri: null }]), "evaluator")).toBe(false);
    expect(holds(anAccount([{ role: "evaluator", processUri: null }]), "official")).toBe(false);
    expect(holds(anAccount([{ role: "evaluator", processUri: null }]), "moderator")).toBe(false);
  });
});

describe("a name", () => {
  test("is one line without invisible or direction-changing characters", () => {
    expect(cleanName("  Núria \n Puig  ")).toBe("Núria Puig");
    expect(cleanName("ليلى")).toBe("ليلى");
    expect(cleanName("adm\u202Einam\u200B")).toBe("adminam");
  });

  test.each(["", "   ", "\u200B\u202E", "x".repeat(81)])("cannot be %j", (text) => {
    expect(() => cleanName(text)).toThrow(Refused);
  });

  test("cleaning twice is cleaning once", () => {
    const typed = fc.tuple(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    fc.assert(
      fc.property(typed, ([text, noise]) => {
        // One letter that is certainly kept, so that there is always a name.
        const once = cleanName(`a${text.slice(0, 40)}${noise}`.slice(0, 70));
        expect(cleanName(once)).toBe(once);
        expect(once).not.toMatch(/[\p{C}\n]/u);
      }),
    );
  });
});

describe("an e-mail address", () => {
  test.each([
    ["  Ona.Puig+koinon@Example.ORG ", "ona.puig+koinon@example.org"],
    ["ona@münchen.example", "ona@xn--mnchen-3ya.example"],
  ])("%j is kept as %j", (typed, kept) => {
    expect(emailFrom(typed)).toBe(kept);
    expect(emailFrom(kept)).toBe(kept);
  });

  test.each([
    "",
    "ona",
    "ona@",
    "@example.org",
    "ona@example",
    "ona puig@example.org",
    "ona@exam ple.org",
    "ona@a@example.org",
    "ona@example.org\r\nBcc: all@example.org",
    "ona@example.org, jan@example.org",
    "Ona <ona@example.org>",
    `${"x".repeat(65)}@example.org`,
    `ona@${"x.".repeat(130)}org`,
  ])("%j is none", (text) => {
    expect(emailFrom(text)).toBeNull();
  });
});

describe("where a link leads afterwards", () => {
  test.each([
    ["/proposals/new?process=a#form", "/proposals/new?process=a#form"],
    ["/processes/velo dom", "/processes/velo%20dom"],
    ["/a/../b", "/b"],
  ])("%j goes to %j", (text, path) => {
    expect(safeReturnPath(text)).toBe(path);
  });

  test.each([
    "",
    "proposals",
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/a/..//evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "/sign-in",
    "/sign-in/abc",
    "/sign-in?back=/sign-in",
    `/${"x".repeat(600)}`,
  ])("%j goes to the start page", (text) => {
    expect(safeReturnPath(text)).toBe("/");
  });

  test("whatever is asked for, a browser stays on this node", () => {
    const tricky = fc.string({
      unit: fc.constantFrom("/", "\\", ".", ":", "@", "e", "%", "2", "f", "?", "#", "\t", " "),
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          tricky,
          tricky.map((text) => `/${text}`),
          fc.webUrl(),
        ),
        (text) => {
          const path = safeReturnPath(text);
          expect(path).toMatch(/^\//);
          expect(new URL(path, "https://node.example/deep/page").origin).toBe("https://node.example");
          expect(safeReturnPath(path)).toBe(path);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("what a link and a session are made of", () => {
  test("the token depends on the secret and the id, and the database keeps neither", () => {
    const token = linkToken("a".repeat(32), "id-1");
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(linkToken("a".repeat(32), "id-1")).toBe(token);
    expect(linkToken("b".repeat(32), "id-1")).not.toBe(token);
    expect(linkToken("a".repeat(32), "id-2")).not.toBe(token);
    expect(digestOf(token).toString("base64url")).not.toBe(token);
  });

  test("a customer's whole IPv6 network is one source, and an IPv4 address is one however it is written", () => {
    const of = (ip: string) => networkDigest("s", ip).toString("hex");
    expect(of("2001:db8:1:2::1")).toBe(of("2001:db8:1:2:ffff::9"));
    expect(of("2001:db8:0:0::1")).toBe(of("2001:db8::1"));
    expect(of("2001:db8:1:3::1")).not.toBe(of("2001:db8:1:2::1"));
    expect(of("::ffff:192.0.2.1")).toBe(of("192.0.2.1"));
    expect(of("192.0.2.2")).not.toBe(of("192.0.2.1"));
    expect(of("fe80::1%eth0")).toBe(of("fe80::2"));
    expect(networkDigest("t", "192.0.2.1")).not.toEqual(networkDigest("s", "192.0.2.1"));
  });

  test.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"],
    [
      "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
      "Chrome, Android",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1",
      "Safari, iPhone",
    ],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"],
    ["curl/8", ""],
    [undefined, ""],
  ])("%j is called %j", (userAgent, device) => {
    expect(deviceOf(userAgent)).toBe(device);
  });
});
