// Reads of what was made from what.
import type { Sql } from "../platform/db.ts";
import type { DerivedFrom } from "./derivation.ts";

export async function findDerivation(sql: Sql, subjectUri: string): Promise<DerivedFrom | null> {
  const [row] = await sql<DerivedFrom[]>`
    select object_uri as uri, object_digest as digest from derivation where subject_uri = ${subjectUri}`;
  return row ?? null;
}
