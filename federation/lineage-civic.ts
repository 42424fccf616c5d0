// What a thing of another node says in `civic` of its place in a tree: read without trust, and noted with its copy.
import { z } from "zod";
import { promiseLineage } from "../src/adoptions/lineage-actions.ts";
import type { Tx } from "../src/platform/db.ts";
import { resultStatuses } from "../src/results/result.ts";
import { noteDerivation } from "../src/subjects/derivation-actions.ts";
import { uriOf } from "./reading.ts";
import type { Json } from "./vocabulary.ts";

const address = z
  .string()
  .max(2_048)
  .refine((text) => uriOf(text) !== null);
export const civicLineage = z.object({
  derivedFrom: z
    .object({
      uri: address,
      digest: z
        .string()
        .regex(/^sha256-[A-Za-z0-9_-]{43}$/)
        .nullable()
        .catch(null),
    })
    .nullable()
    .catch(null),
  adoptions: z.object({ collection: address, count: z.number() }).nullable().catch(null),
  organisation: address.nullable().catch(null),
  outcome: z
    .object({
      results: z.partialRecord(z.enum(resultStatuses), z.number().int().min(0).max(1_000_000)).catch({}),
      costs: z
        .array(
          z.object({ amount: z.string().regex(/^\d{1,16}(\.\d{1,2})?$/), currency: z.string().regex(/^[A-Z]{3}$/) }),
        )
        .max(10)
        .catch([]),
    })
    .catch({ results: {}, costs: [] }),
});

/** A copy that was just kept says where it came from, or that others came from it: the rest of its tree is read by and by. */
export async function noteLineageOf(tx: Tx, uri: string, civic: Json | null, now: Date): Promise<void> {
  const { derivedFrom, adoptions } = civicLineage.parse(civic ?? {});
  if (derivedFrom?.uri === uri) return;
  await noteDerivation(tx, uri, derivedFrom, now);
  if (derivedFrom === null && adoptions === null) return;
  const { host } = new URL(uri);
  await promiseLineage(tx, { uri, treeUri: uri, depth: 1, sourceHost: host, expectsUri: null, by: "listed" }, now);
}
