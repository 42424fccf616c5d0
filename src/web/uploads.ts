// `GET /uploads/:name`: what people uploaded, under names that change with the content.
import { readFile } from "node:fs/promises";
import { Hono } from "hono";
import { findUpload } from "../platform/uploads.ts";
import { immutable } from "./assets.ts";

/** Pictures are shown, everything else is saved; neither may run anything or frame anything. */
export function uploadRoutes(uploadsDir: string): Hono {
  return new Hono().get("/uploads/:name", async (c) => {
    const name = c.req.param("name");
    const found = await findUpload(uploadsDir, name);
    if (found === null) return c.notFound();
    return c.body(await readFile(found.path), 200, {
      "content-type": found.mediaType,
      "content-disposition": found.mediaType.startsWith("image/") ? "inline" : `attachment; filename="${name}"`,
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "cross-origin",
      "cache-control": immutable,
    });
  });
}
