// Answers that many readers ask for again and again, such as feeds: under a tag of their content, so that asking costs little.
import { createHash } from "node:crypto";
import type { Context } from "hono";

const freshSeconds = 300;

/** The body, or 304 where the asker has it (RFC 9110 section 13.1.2). The same for everyone who asks in one language. */
export function answerCached(c: Context, body: string, type: string): Response {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  const headers = {
    etag,
    "cache-control": `public, max-age=${freshSeconds}`,
    // Titles are said in the language that the reader's program asks for.
    vary: "Accept-Language, Cookie",
  };
  const known = (c.req.header("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(etag) || known.includes("*")) return c.body(null, 304, headers);
  return c.body(body, 200, { ...headers, "content-type": type });
}
