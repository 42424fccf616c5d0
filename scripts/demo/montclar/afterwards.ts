// What happened around the proposals of the Riera: meetings, a comment hidden by a moderator and another that waits for one.
import type { Account } from "../../../src/accounts/account.ts";
import { hideSubject, reportSubject } from "../../../src/moderation/actions.ts";
import type { Process } from "../../../src/processes/process.ts";
import { plantMeeting } from "../meeting-seed.ts";
import { ago, type Place, person } from "../place.ts";
import type { Planted } from "../proposal-seed.ts";
import { superblockMeetings } from "./superblock-meetings.ts";

export async function plantAfterwards(
  place: Place,
  official: Account,
  process: Process,
  { proposals, comments }: Planted,
): Promise<void> {
  for (const seed of superblockMeetings) await plantMeeting(place, process, official, proposals, seed);
  const insult = comments.get("insult") as string;
  const reason = "Insulta a altres persones. L’opinió hi cap; l’insult, no.";
  await hideSubject(place.tx, person(place, "laia"), insult, reason, ago(place, 6.8));
  const report = {
    subjectUri: comments.get("reported") as string,
    category: "spam",
    reason: "És publicitat i no parla de la proposta.",
    isForwarded: false,
  } as const;
  await reportSubject(place.tx, person(place, "berta"), report, ago(place, 4.5));
}
