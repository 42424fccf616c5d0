// Spoiled copies of recorded activities, signed and sent: whatever they hold, the door answers and nothing breaks.
import fc from "fast-check";
import { expect, test } from "vitest";
import { aMutation, mutate } from "./mutations.ts";
import { areAbsent, payloads } from "./payloads.ts";
import { bilbao, openReceiver, prepare, proposal } from "./sending.ts";

openReceiver();

test.skipIf(areAbsent)(
  "an activity whose object is spoiled is answered, never with a fault",
  { timeout: 60_000 },
  async () => {
    const senders = [...payloads].filter(
      ([, json]) => typeof json.actor === "string" && !String(json.actor).includes("cut.example"),
    );
    const ready = senders.map(([name]) => prepare(name, { "https://ds9.lemmy.ml/post/147": proposal.uri }));
    let made = 0;
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: ready.length - 1 }),
        fc.array(aMutation, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (which, mutations, isReply) => {
          const { from, activity } = ready[which]!;
          const { object } = structuredClone(activity);
          const spoiled = {
            object: typeof object === "object" && isReply ? { ...object, inReplyTo: proposal.uri } : object,
          };
          for (const mutation of mutations) mutate(spoiled, mutation);
          const sent = { ...activity, id: `https://${from.host}/spoiled/${++made}`, ...spoiled };
          const { status } = await from.post("https://bilbao.test/inbox", sent);
          statuses.add(status);
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: 400 },
    );
    expect(statuses).toContain(202);
    const [left] = await bilbao.sql`select count(*)::int as n from comment where body like '%<script%'`;
    expect(left?.n).toBe(0);
  },
);
