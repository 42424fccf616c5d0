import { describe, expect, test } from "vitest";
import { interactionUrl } from "../../src/web/fediverse.ts";
import { ownPath } from "../../src/web/shell.ts";
import { openVisitor } from "../support/visit.ts";
import { sampleAccount, sampleOrigin } from "./sample-city.ts";
import { openSampleShell, type SampleShell } from "./sample-shell.ts";

const visitorOf = (sample: SampleShell) => openVisitor((request) => sample.app.fetch(request), sampleOrigin);
const longText = "Forty plane trees along the way.";

async function openForm(sample: SampleShell) {
  const visitor = await visitorOf(sample).open("/form");
  return visitor.fill("Title", "Shade").fill("Your proposal", longText).fill("Category", "Mobility");
}

describe("a form", () => {
  test("does what it says, goes on, and says so once", async () => {
    const sample = openSampleShell();
    const visitor = await openForm(sample);
    await visitor.check("Heat").check("Water").press("Publish");
    expect(sample.published).toEqual([{ title: "Shade", topics: ["heat", "water"] }]);
    expect(visitor.url.pathname).toBe("/");
    expect(visitor.text).toContain("Published: Shade");
    await visitor.open("/");
    expect(visitor.text).not.toContain("Published: Shade");
  });

  test("comes back with what was typed and what is wrong", async () => {
    const sample = openSampleShell();
    const visitor = await visitorOf(sample).open("/form");
    await visitor
      .fill("Title", "Shade")
      .fill("Your proposal", "<b>Short")
      .check("Water")
      .check("Tell me", false)
      .press("Publish");
    expect(visitor.status).toBe(422);
    expect(visitor.value("Title")).toBe("Shade");
    expect(visitor.html).toContain("&lt;b&gt;Short");
    expect(visitor.isChecked("Water")).toBe(true);
    expect(visitor.isChecked("Heat")).toBe(false);
    expect(visitor.isChecked("Tell me")).toBe(false);
    expect(visitor.text).toContain("Your proposal: Write at least 20 characters.");
    expect(visitor.linkTo("Category: Choose one of the options.")).toBe("#f-category");
    expect(sample.published).toEqual([]);
  });

  test("shows a refusal beside the field it names, or on top", async () => {
    const sample = openSampleShell();
    const visitor = await openForm(sample);
    await visitor.fill("Title", "taken").press("Publish");
    expect(visitor.status).toBe(409);
    expect(visitor.linkTo("Title: This name is taken. Choose another one.")).toBe("#f-title");
    await visitor.fill("Title", "closed").press("Publish");
    expect(visitor.status).toBe(409);
    expect(visitor.text).toContain("There is a problem This phase of the process does not allow it");
  });

  test("asks to sign in, and leads back to where the person was", async () => {
    const visitor = await openForm(openSampleShell());
    await visitor.fill("Title", "private").press("Publish");
    expect(visitor.url.pathname + visitor.url.search).toBe("/sign-in?back=%2Fform");
  });

  test("keeps an unexpected fault to itself, and reports it", async () => {
    const sample = openSampleShell();
    const visitor = await openForm(sample);
    await visitor.fill("Title", "broken").press("Publish");
    expect(visitor.status).toBe(500);
    expect(visitor.text).not.toContain("disk");
    expect(sample.faults).toHaveLength(1);
  });

  test("a file that is not chosen is not there, and a list of one is a list", async () => {
    const sample = openSampleShell();
    const visitor = await openForm(sample);
    await visitor.check("Heat").press("Publish");
    expect(sample.published).toEqual([{ title: "Shade", topics: ["heat"] }]);
  });
});

describe("the form token", () => {
  test("one that is too old keeps what was typed and lets it be sent again", async () => {
    const sample = openSampleShell();
    const visitor = await openForm(sample);
    sample.now = new Date(sample.now.getTime() + 13 * 3_600_000);
    await visitor.press("Publish");
    expect(visitor.status).toBe(403);
    expect(visitor.value("What you wrote (1)")).toBe(longText);
    await visitor.press("Send it again");
    expect(sample.published).toEqual([{ title: "Shade", topics: [] }]);
  });

  test("of another browser is worth nothing", async () => {
    const sample = openSampleShell();
    const [mine, other] = [await openForm(sample), await openForm(sample)];
    const foreign = /name="csrf" value="([^"]+)"/.exec(other.html)![1]!;
    const own = new Map(mine.cookies);
    const body = new URLSearchParams({ csrf: foreign, title: "Shade", body: longText, category: "m" });
    const send = (headers: Record<string, string>) =>
      sample.app.fetch(new Request(`${sampleOrigin}/form`, { method: "POST", body, headers }));
    const cookie = [...own].map((pair) => pair.join("=")).join("; ");
    expect((await send({ cookie })).status).toBe(403);
    expect((await send({})).status).toBe(403);
    expect(sample.published).toEqual([]);
  });

  test("of before signing in is worth nothing afterwards", async () => {
    const sample = openSampleShell();
    const visitor = await openForm(sample);
    const before = visitor.html;
    await visitor.open("/sign-in-as-amina");
    const csrf = /name="csrf" value="([^"]+)"/.exec(before)![1]!;
    const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
    const body = new URLSearchParams({ csrf, title: "Shade", body: longText, category: "m" });
    const answer = await sample.app.fetch(
      new Request(`${sampleOrigin}/form`, { method: "POST", body, headers: { cookie } }),
    );
    expect(answer.status).toBe(403);
  });

  test("a post that another site makes is refused, and cannot be confirmed with one click", async () => {
    const sample = openSampleShell();
    const visitor = await openForm(sample);
    const csrf = /name="csrf" value="([^"]+)"/.exec(visitor.html)![1]!;
    const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
    const body = new URLSearchParams({ csrf, title: "Shade", body: longText, category: "m" });
    const headers = { cookie, "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    const answer = await sample.app.fetch(new Request(`${sampleOrigin}/form`, { method: "POST", body, headers }));
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain("Send it again");
    expect(sample.published).toEqual([]);
  });

  test("is asked for where an account is changed, the choice of a language too; without an account the browser's word is enough", async () => {
    const sample = openSampleShell();
    const visitor = await visitorOf(sample).open("/sign-in-as-amina");
    const mine = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
    const choose = async (headers: Record<string, string>) => {
      const body = new URLSearchParams({ language: "ca" });
      const answer = await sample.app.fetch(
        new Request(`${sampleOrigin}/preferences`, { method: "POST", body, headers }),
      );
      return [answer.status, answer.headers.get("set-cookie")?.includes("language=ca") ?? false];
    };
    for (const headers of [
      { cookie: mine, "sec-fetch-site": "same-origin", origin: sampleOrigin },
      { cookie: mine, origin: "https://evil.example" },
      { cookie: mine },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
      { origin: "null" },
    ] as Record<string, string>[]) {
      expect(await choose(headers)).toEqual([403, false]);
    }
    expect(sample.remembered).toEqual([]);
    expect(await choose({ "sec-fetch-site": "same-origin" })).toEqual([303, true]);
    expect(await choose({ origin: sampleOrigin })).toEqual([303, true]);
  });
});

describe("limits", () => {
  test("a post of more than a megabyte is refused before it is read, declared or not", async () => {
    const sample = openSampleShell();
    const big = "x".repeat(1_100_000);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const declared = new Request(`${sampleOrigin}/form`, {
      method: "POST",
      body: big,
      headers: { ...headers, "content-length": String(big.length) },
    });
    expect((await sample.app.fetch(declared)).status).toBe(413);
    const streamed = new Request(`${sampleOrigin}/form`, {
      method: "POST",
      body: new Blob([big]).stream(),
      headers,
      duplex: "half",
    } as RequestInit);
    expect((await sample.app.fetch(streamed)).status).toBe(413);
  });

  test("too many posts in a minute are told to wait", async () => {
    const sample = openSampleShell({ postsPerMinute: 2 });
    const visitor = await openForm(sample);
    await visitor.press("Publish");
    await (await visitor.open("/form")).press("Publish");
    await (await visitor.open("/form")).press("Publish");
    expect(visitor.status).toBe(429);
    expect(Number(visitor.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("the reader", () => {
  test("chooses a language and an appearance that stay", async () => {
    const visitor = await visitorOf(openSampleShell()).open("/process");
    await visitor.press("العربية");
    expect(visitor.url.pathname).toBe("/process");
    expect(visitor.html).toContain('<html lang="ar" dir="rtl"');
    await visitor.press("داكن");
    expect(visitor.html).toContain('data-theme="dark"');
    await visitor.open("/");
    expect(visitor.html).toContain('<html lang="ar" dir="rtl" data-theme="dark">');
  });

  test("gets the language of the browser, else of the city", async () => {
    const sample = openSampleShell();
    expect((await visitorOf(sample).open("/", { "accept-language": "ca-ES,es;q=0.5" })).html).toContain(
      '<html lang="ca"',
    );
    expect((await visitorOf(sample).open("/", { "accept-language": "de" })).html).toContain('<html lang="en"');
  });

  test("is greeted by name, and the account remembers the language", async () => {
    const sample = openSampleShell();
    const visitor = await visitorOf(sample).open("/sign-in-as-amina");
    expect(visitor.text).toContain("Amina Benali");
    await visitor.press("Français");
    expect(sample.remembered.map(([account, language]) => [account.id, language])).toEqual([[sampleAccount.id, "fr"]]);
  });

  test("two nodes on one host keep their sessions apart", async () => {
    const [one, two] = [openSampleShell({ prefix: "one" }), openSampleShell({ prefix: "two" })];
    const visitor = await visitorOf(one).open("/sign-in-as-amina");
    const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
    const elsewhere = await two.app.fetch(new Request(`${sampleOrigin}/`, { headers: { cookie } }));
    expect(await elsewhere.text()).not.toContain("Amina Benali");
  });

  test("a session that was not signed here is none", async () => {
    const sample = openSampleShell();
    const forged = await sample.app.fetch(
      new Request(`${sampleOrigin}/`, { headers: { cookie: "sample-session=amina.x" } }),
    );
    expect(await forged.text()).not.toContain("Amina Benali");
  });
});

describe("error pages", () => {
  test.each([
    ["not-found", 404],
    ["gone", 410],
    ["not-allowed", 403],
    ["phase-closed", 409],
    ["too-many-requests", 429],
    ["peer-unreachable", 502],
  ] as const)("%s is told with status %i and words", async (code, status) => {
    const visitor = await visitorOf(openSampleShell()).open(`/refused/${code}`);
    expect(visitor.status).toBe(status);
    expect(visitor.all("h1")[0]!.length).toBeGreaterThan(5);
  });

  test("an address that is none offers a search", async () => {
    const visitor = await visitorOf(openSampleShell()).open("/nowhere");
    expect(visitor.status).toBe(404);
    await visitor.fill("Search", "trees").press("Search", { near: "Search" });
    expect(visitor.url.search).toBe("?q=trees");
  });

  test("a fault shows a number and no detail", async () => {
    const sample = openSampleShell();
    const visitor = await visitorOf(sample).open("/broken");
    expect(visitor.status).toBe(500);
    expect(visitor.html).not.toContain("secret");
    expect(visitor.text).toMatch(/Number of this request: [0-9a-f-]{36}/);
  });
});

test("without its database a node says so in the reader's language, and what knows no reader still answers", async () => {
  const sample = openSampleShell();
  sample.isDatabaseAway = true;
  const visitor = await visitorOf(sample).open("/process", { "accept-language": "ar" });
  expect([visitor.status, visitor.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(visitor.html).toContain('<html lang="ar" dir="rtl">');
  expect(visitor.text).toMatch(/[0-9a-f-]{36}/);
  expect(visitor.text).not.toContain("away");
  expect(sample.faults).toHaveLength(1);
  expect(await (await sample.app.fetch(new Request(`${sampleOrigin}/alive`))).text()).toBe("yes");
});

test("a page without a form of its own leaves no cookie behind", async () => {
  const visitor = await visitorOf(openSampleShell()).open("/proposals");
  expect(visitor.headers.getSetCookie()).toEqual([]);
  await visitor.open("/form");
  expect(visitor.cookies.size).toBe(1);
});

test("every page carries the guards", async () => {
  const visitor = await visitorOf(openSampleShell({ isSecure: true })).open("/form");
  const policy = visitor.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
  expect(visitor.headers.get("x-content-type-options")).toBe("nosniff");
  expect(visitor.headers.get("cache-control")).toBe("private, no-cache");
  expect(visitor.headers.get("vary")).toContain("Accept-Language");
  expect([...visitor.cookies.keys()].every((name) => name.startsWith("__Host-sample-"))).toBe(true);
});

test("assets are kept for ever under their own address, and found under an old one", async () => {
  const sample = openSampleShell();
  const visitor = await visitorOf(sample).open("/");
  const addresses = [...visitor.html.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js|svg))"/g)].map(
    ([, address]) => address!,
  );
  expect(addresses.length).toBeGreaterThanOrEqual(4);
  for (const address of addresses.filter((one) => !one.includes("roundabout"))) {
    const answer = await sample.app.fetch(new Request(sampleOrigin + address));
    expect([address, answer.status, answer.headers.get("cache-control")]).toEqual([
      address,
      200,
      "public, max-age=31536000, immutable",
    ]);
  }
  const old = await sample.app.fetch(new Request(`${sampleOrigin}/assets/000000000000/koinon.css`));
  expect([old.status, old.headers.get("cache-control")]).toEqual([200, "no-cache"]);
});

describe("following from elsewhere", () => {
  test("leads to the reader's own server, and says so", async () => {
    const visitor = await visitorOf(openSampleShell()).open("/process");
    await visitor.fill("Or enter your account", "@ana@social.example").press("Follow");
    const target = `https://social.example/authorize_interaction?uri=${encodeURIComponent(`${sampleOrigin}/process`)}`;
    expect(visitor.linkTo("Continue")).toBe(target);
    expect(visitor.headers.get("refresh")).toBe(`1;url=${target}`);
  });

  test("asks again for what is no account", async () => {
    const visitor = await visitorOf(openSampleShell()).open("/follow?uri=x&account=javascript:alert(1)");
    expect(visitor.status).toBe(422);
    expect(visitor.headers.get("refresh")).toBeNull();
  });

  test.each([
    ["ana@social.example", "https://social.example/authorize_interaction?uri=u"],
    ["https://social.example/@ana", "https://social.example/authorize_interaction?uri=u"],
    ["@ana@localhost:8002", "http://localhost:8002/authorize_interaction?uri=u"],
  ])("%s", (account, url) => expect(interactionUrl(account, "u", true)).toBe(url));

  test.each(["", "ana", "@ana", "ana@evil.example/x?y", "javascript:alert(1)", "@a@b c"])(
    "%j is no account",
    (account) => {
      expect(interactionUrl(account, "u", true)).toBeNull();
    },
  );

  test("a public node sends nobody to plain http", () => {
    expect(interactionUrl("@ana@localhost:8002", "u", false)).toMatch(/^https:/);
  });
});

test.each([
  ["/proposals?x=1", "/proposals?x=1"],
  [`${sampleOrigin}/a`, "/a"],
  ["https://evil.example/a", "/"],
  ["//evil.example/a", "/"],
  ["/\\evil.example", "/"],
  ["/.//evil.example", "/"],
  [`${sampleOrigin}//evil.example`, "/"],
  ["javascript:alert(1)", "/"],
  ["", "/"],
])("a way back to %j is %s", (address, path) => expect(ownPath(address, sampleOrigin)).toBe(path));
