// HTML of other systems becomes Markdown that shows the same again.
import { expect, test } from "vitest";
import { htmlToMarkdown } from "../../src/platform/html-to-markdown.ts";
import { markdownToHtml, plainText } from "../../src/platform/rich-text.ts";

test.each([
  ["<div>One.</div><div>Two.</div>", "One.\n\nTwo."],
  ["<p>One<br>two</p>", "One\ntwo"],
  ["Before<ul>\n<li>a</li>\n<li>b</li>\n<li> </li>\n</ul>after", "Before\n\n- a\n- b\n\nafter"],
  ["<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n   - b\n2. c"],
  ["<div><b>Bold </b>and <i></i><em>plain</em></div>", "**Bold** and *plain*"],
  [
    '<a href="https://example.org/a_(b)">it</a> <a href="javascript:alert(1)">not</a>',
    "[it](https://example.org/a_%28b%29) not",
  ],
  ["<h2>Title</h2>Text", "### Title\n\nText"],
  ["1. no list, 2 * 3 * 4 and _this_", "1\\. no list, 2 \\* 3 \\* 4 and \\_this\\_"],
  ["- no item", "\\- no item"],
  ["<script>alert(1)</script><div onclick='x'>safe</div>", "safe"],
  ["Tom &amp; Jerry &lt;3", "Tom & Jerry \\<3"],
  ["", ""],
])("%s", (html, markdown) => {
  expect(htmlToMarkdown(html)).toBe(markdown);
});

test.each([
  "<p>a &lt;b&gt; *c* _d_ [e](f) `g` ~~h~~ # i</p>",
  "<p>#no title</p><p>&gt; no quote</p>",
  "<p>12) no list</p><p>+ none</p>",
])("%s reads the same afterwards", (html) => {
  const words = (shown: string) => plainText(shown).replace(/\n+/g, "\n");
  expect(words(markdownToHtml(htmlToMarkdown(html)).toString())).toBe(words(html));
});
