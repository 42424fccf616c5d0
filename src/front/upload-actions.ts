// Files that nothing shows any more leave the folder of uploads: at once when what showed them is erased, else with the
// next sweep. A picture that was posted twice is one file, so every room is asked.
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Sql } from "../platform/db.ts";
import { type Handlers, schedule } from "../platform/jobs.ts";
import { dayMs } from "../platform/time.ts";
import { isUploadName } from "../platform/uploads.ts";
import type { House } from "../ports.ts";

/** A form may have kept a picture that is not posted yet. */
const unusedKeptMs = 2 * dayMs;
const sweepKind = "sweep-uploads";
const askedAtOnce = 500;

/** Promises the next sweep, once however often it is asked for. */
export const scheduleUploadSweep = (sql: Sql, now: Date): Promise<void> =>
  schedule(sql, sweepKind, new Date(+now + dayMs));

export function uploadHandlers({ sql, clock, uploadsDir }: Pick<House, "sql" | "clock" | "uploadsDir">): Handlers {
  return {
    "forget-upload": async (payload) => {
      const { name } = z.object({ name: z.string().refine(isUploadName) }).parse(payload);
      await forgetUnused(sql, uploadsDir, [name]);
    },
    [sweepKind]: async () => {
      await scheduleUploadSweep(sql, clock.now());
      await sweepUploads(sql, uploadsDir, clock.now());
    },
  };
}

/** Removes what has lain unused for two days. @returns how many files are gone. */
export async function sweepUploads(sql: Sql, uploadsDir: string, now: Date): Promise<number> {
  const names = (await readdir(uploadsDir).catch(() => [])).filter(isUploadName);
  let gone = 0;
  for (let at = 0; at < names.length; at += askedAtOnce) {
    const old = await Promise.all(
      names.slice(at, at + askedAtOnce).map(async (name) => {
        const found = await stat(join(uploadsDir, name)).catch(() => null);
        return found !== null && +now - found.mtimeMs > unusedKeptMs ? [name] : [];
      }),
    );
    gone += await forgetUnused(sql, uploadsDir, old.flat());
  }
  return gone;
}

async function forgetUnused(sql: Sql, uploadsDir: string, names: readonly string[]): Promise<number> {
  const shown = await usedAmong(sql, names);
  const unused = names.filter((name) => !shown.has(name));
  for (const name of unused) await rm(join(uploadsDir, name), { force: true });
  return unused.length;
}

/** By the end of their addresses, whatever shows them. */
async function usedAmong(sql: Sql, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rows = await sql<{ name: string }[]>`
    with shown (url) as (
      select url from proposal_image
      union all select url from process_document
      union all select image from process where image is not null
      union all select logo from organisation where logo is not null
      union all select icon_url from actor where origin is null and icon_url is not null)
    select distinct regexp_replace(url, '^.*/', '') as name from shown
    where regexp_replace(url, '^.*/', '') = any(${names as string[]})`;
  return new Set(rows.map(({ name }) => name));
}
