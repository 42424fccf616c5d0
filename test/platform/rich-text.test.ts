import { type ChildNode, type Element, isTag } from "domhandler";
import fc from "fast-check";
import { parseDocument } from "htmlparser2";
import { describe, expect, test } from "vitest";
import { cleanRemoteHtml, markdownToHtml, pageMarkdownToHtml, plainText } from "../../src/platform/rich-text.ts";

const attacks = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '<a href="javascript:alert(1)">x</a>',
  '<a href="data:text/html;base64,xx">x</a>',
  "<svg/onload=alert(1)>",
  "<iframe src=https://evil.example></iframe>",
  '<p style="position:fixed">x</p>',
  "<math><mtext></p><style><img src=x onerror=alert(1)>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "[x](javascript:alert(1))",
  "![x](https://evil.example/track.gif)",
  "<form action=/sign-out><button>x</button></form>",
  "<a href=' java\nscript:alert(1)'>x</a>",
  "<textarea><img src=x onerror=alert(1)></textarea>",
];
const pieces = fc.array(
  fc.oneof(
    fc.string(),
    fc.constantFrom(...attacks, "\n\n", "> ", "- ", "# ", "**", "<", "</", "[", "](", "`", "&lt;", "&#x6a;"),
  ),
  { maxLength: 30 },
);
const hostileText = pieces.map((parts) => parts.join(""));

function elementsOf(markup: string): Element[] {
  const walk = (node: ChildNode): Element[] => (isTag(node) ? [node, ...node.children.flatMap(walk)] : []);
  return parseDocument(markup).children.flatMap(walk);
}

const deadTags = /^(script|style|iframe|object|embed|form|input|button|textarea|svg|math|img|video|base|link|meta)$/;

function expectNothingRuns(markup: string): void {
  for (const element of elementsOf(markup)) {
    expect(element.name).not.toMatch(deadTags);
    for (const [name, value] of Object.entries(element.attribs)) {
      expect(name).not.toMatch(/^(on|style$|src$|id$)/);
      if (name === "href") expect(value).toMatch(/^(https?|mailto):/i);
    }
  }
}

describe("15 ReDoS and HTML: cleanRemoteHtml", () => {
  test("nothing that comes out can run, and cleaning twice changes nothing", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const once = cleanRemoteHtml(text).toString();
        expectNothingRuns(once);
        expect(cleanRemoteHtml(once).toString()).toBe(once);
      }),
      { numRuns: 1500 },
    );
  });

  test("keeps what other servers send: mentions, lists, headings, quotes, code", () => {
    const sent =
      '<h1>Plan</h1><p>Hi <span class="h-card evil"><a href="https://a.example/@b" class="u-url mention" onclick="x()">@<span>b</span></a></span></p><ol start="3"><li>x</li></ol><blockquote><pre><code>y</code></pre></blockquote>';
    expect(cleanRemoteHtml(sent).toString()).toBe(
      '<h3>Plan</h3><p>Hi <span class="h-card"><a href="https://a.example/@b" class="u-url mention" rel="nofollow noopener ugc">@<span>b</span></a></span></p><ol start="3"><li>x</li></ol><blockquote><pre><code>y</code></pre></blockquote>',
    );
  });

  test("a relative link of another server leads nowhere here", () => {
    expect(cleanRemoteHtml('<a href="/sign-out">x</a>').toString()).toBe("<a>x</a>");
  });
});

describe("markdownToHtml", () => {
  test("never throws, and nothing that comes out can run", () => {
    fc.assert(
      fc.property(hostileText, (text) => expectNothingRuns(markdownToHtml(text).toString())),
      { numRuns: 400 },
    );
  });

  test("renders what people write", () => {
    const shown = markdownToHtml(
      "# Title\n\nA **bold** [link](https://example.org).\nNext line\n\n1. one\n2. two",
    ).toString();
    expect(shown).toContain("<h3>Title</h3>");
    expect(shown).toContain('<a href="https://example.org" rel="nofollow noopener ugc">link</a>');
    expect(shown).toContain("<strong>bold</strong>");
    expect(shown).toContain("<br />Next line");
    expect(shown).toContain("<li>one</li>");
  });

  test("headings follow the page's own, whatever level they were typed at", () => {
    expect(markdownToHtml("### A\n\n#### B").toString()).toBe("<h3>A</h3>\n<h4>B</h4>\n");
    expect(markdownToHtml("# A\n\n> ###### B").toString()).toContain("<h6>B</h6>");
  });

  test("shows HTML as it was typed, and a picture as a link", () => {
    expect(markdownToHtml("a <b>c</b>\n\n<script>x</script>").toString()).not.toMatch(/<b>|<script/);
    expect(markdownToHtml("<script>x</script>").toString()).toContain("&lt;script&gt;");
    expect(markdownToHtml("![a park](https://example.org/p.jpg)").toString()).toContain(
      '<a href="https://example.org/p.jpg" rel="nofollow noopener ugc">a park</a>',
    );
  });
});

/** Ten times the input may take thirty times as long before this fails; a quadratic parser takes a hundred. */
describe("15 ReDoS and HTML: time stays linear in the input", () => {
  const shapes: [string, (count: number) => string][] = [
    ["quotes", (count) => ">".repeat(count)],
    [
      "quotes in lines",
      (count) =>
        "> "
          .repeat(50)
          .concat("x\n")
          .repeat(count / 100),
    ],
    ["brackets", (count) => "[".repeat(count)],
    ["brackets and text", (count) => "[a".repeat(count)],
    ["links opened", (count) => "[a](".repeat(count / 4)],
    ["emphasis", (count) => "*a _b ".repeat(count / 6)],
    ["emphasis inside words", (count) => "a_".repeat(count / 2)],
    ["emphasis mixed", (count) => "_a__b*c**".repeat(count / 9)],
    ["struck", (count) => "~~a~".repeat(count / 4)],
    ["backticks", (count) => "`a``b".repeat(count / 5)],
    ["nested lists", (count) => Array.from({ length: count / 50 }, (_, i) => `${"  ".repeat(i % 400)}- x`).join("\n")],
    ["tags opened", (count) => "<p>".repeat(count / 3)],
    ["blockquotes opened", (count) => "<blockquote>".repeat(count / 12)],
    ["angle brackets", (count) => "<".repeat(count)],
    ["comments", (count) => "<!--".repeat(count / 4)],
    ["entities", (count) => "&".repeat(count)],
    ["table", (count) => `${"|a".repeat(count / 4)}\n${"|-".repeat(count / 4)}\n`],
    ["spaces", (count) => `a${" ".repeat(count)}b`],
    ["addresses", (count) => "http://a.b ".repeat(count / 11)],
    ["mails", (count) => "a@".repeat(count / 2)],
  ];
  // The processor's time, not the clock's: other tests run at the same time.
  const timeMs = (work: () => unknown) => {
    const before = process.cpuUsage();
    work();
    return process.cpuUsage(before).user / 1000;
  };
  test.each(shapes)("%s", (_name, shape) => {
    for (const render of [markdownToHtml, cleanRemoteHtml, plainText]) {
      render(shape(1_000));
      // Rendered texts are remembered, so each round has its own.
      const small = Math.min(...["a", "b", "c"].map((own) => timeMs(() => render(own + shape(5_000)))));
      const large = Math.min(...["a", "b"].map((own) => timeMs(() => render(own + shape(49_000)))));
      expect(large, render.name).toBeLessThan(Math.max(small * 30, 250));
    }
  });
});

describe("plainText", () => {
  test("keeps the words, one line per block", () => {
    expect(plainText("<h2>Plan</h2><p>A &amp; B<br>C</p><ul><li>x</li><li>y</li></ul><script>no</script>")).toBe(
      "Plan\nA & B\nC\nx\ny",
    );
  });

  test("never throws and leaves no tags", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(plainText(`<p>${text.replace(/[<>&]/g, "")}</p>`)).not.toContain("<p>");
        expect(typeof plainText(text)).toBe("string");
      }),
    );
  });
});

test("a text that is all a page has begins right below the title", () => {
  expect(String(pageMarkdownToHtml("# Who\n\n## Why\n\n`<h3>`"))).toBe(
    "<h2>Who</h2>\n<h3>Why</h3>\n<p><code>&lt;h3&gt;</code></p>\n",
  );
});
