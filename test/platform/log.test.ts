import { getLogger, resetSync } from "@logtape/logtape";
import { afterEach, describe, expect, test } from "vitest";
import { configureLog, withoutSecrets } from "../../src/platform/log.ts";

afterEach(() => resetSync());

/** What `write` puts into the log, line by line. */
function logged(isTerminal: boolean, write: () => void): string[] {
  const lines: string[] = [];
  configureLog({ lowestLevel: "info", isTerminal, write: (line) => lines.push(line) });
  write();
  return lines;
}

describe("text", () => {
  test.each([
    ["a mail address", "Link sent to maria.soler+vota@barri.example today", "maria"],
    ["the password in a database address", "connecting to postgres://koinon:s3cr3t@db.example:5432/city", "s3cr3t"],
    ["a password in a mail server's address", "smtps://mailer%40city.example:hunter2@mail.example:465", "hunter2"],
    ["a sign-in link with a query", "GET /sign-in/link?token=kTq8Zf-3x_19 200", "kTq8Zf"],
    ["a sign-in link with a path", "open https://city.example/sign-in/kTq8Zf-3x_19 now", "kTq8Zf"],
    ["a token in any other address", "GET /demo?lang=ca&token=kTq8Zf3x19", "kTq8Zf"],
    ["a cookie", 'headers: { cookie: "koinon_session=kTq8Zf3x19; koinon_lang=ca" }', "kTq8Zf"],
    ["a bearer token", "sent Authorization: Bearer kTq8Zf3x19aa", "kTq8Zf"],
    ["a private key in JWK", '{"kty":"RSA","n":"abc","d":"kTq8Zf3x19kTq8Zf3x19"}', "kTq8Zf"],
    ["a private key in PEM", "-----BEGIN PRIVATE KEY-----\nkTq8Zf3x19\n-----END PRIVATE KEY-----", "kTq8Zf"],
  ])("loses %s", (_, text, secret) => {
    expect(text).toContain(secret);
    expect(withoutSecrets(text)).not.toContain(secret);
  });

  test.each([
    "@participa@barcelona.example followed https://porto.example/actors/city",
    "acct:city@bilbao.example resolved to https://bilbao.example/actors/city",
    "GET /proposals?order=supports&after=0192f0c5 200",
    "https://mastodon.example/@maria/113",
    "GET /sign-in 200",
  ])("keeps what is public: %s", (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });
});

test("a line of JSON holds the message and the fields, and no secret field at any depth", () => {
  const [line] = logged(false, () =>
    getLogger(["koinon", "web"]).warn("Refused {code}", {
      code: "form-expired",
      request: { headers: { Cookie: "s=abc", accept: "text/html" }, sessionToken: "abc" },
      amount: 10n,
    }),
  );
  expect(JSON.parse(line ?? "")).toMatchObject({
    level: "warning",
    category: "koinon.web",
    message: "Refused form-expired",
    code: "form-expired",
    request: { headers: { Cookie: "[hidden]", accept: "text/html" }, sessionToken: "[hidden]" },
    amount: "10",
  });
});

test.each([true, false])(
  "an error is shown with its stack and cause, without their secrets (terminal: %s)",
  (isTerminal) => {
    const cause = new Error("Key (email)=(maria@barri.example) already exists");
    const [line] = logged(isTerminal, () =>
      getLogger(["koinon"]).error("It failed", { error: new Error("insert failed", { cause }) }),
    );
    expect(line).toContain("insert failed");
    expect(line).toContain("log.test.ts");
    expect(line).toContain("already exists");
    expect(line).not.toContain("maria");
  },
);

test("a stranger's text cannot forge a line or colour the terminal", () => {
  const name = "evil\n12:00:00 info all is well\x1b[2J";
  for (const isTerminal of [true, false]) {
    const lines = logged(isTerminal, () => getLogger(["koinon"]).info("Follow from {name}", { name }));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toContain("\n");
    expect(lines[0]).not.toContain("\x1b[2J");
  }
});

test("what loops or is deep does not break the log", () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  expect(logged(false, () => getLogger(["koinon"]).info("loop", { loop }))).toHaveLength(1);
});

test("libraries are heard from warnings up, the node from the level that was asked for", () => {
  const lines = logged(false, () => {
    getLogger(["fedify", "federation"]).info("chatter");
    getLogger(["fedify", "federation"]).warn("heard");
    getLogger(["koinon"]).info("heard");
    getLogger(["koinon"]).debug("quiet");
  });
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(["heard", "heard"]);
});
