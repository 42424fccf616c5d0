// Meetings of this node, brought back to what their own records say after a restore.
import type { Tx } from "../platform/db.ts";
import { countContribution } from "../processes/count-actions.ts";
import { recoverThing } from "../processes/recover-actions.ts";
import { replaceTranslations } from "../translations/actions.ts";
import { replaceMeetingLinks } from "./actions.ts";
import { linkedMax } from "./meeting.ts";
import { findMeeting } from "./queries.ts";
import type { RemoteMeeting } from "./remote.ts";

/** Brings a meeting of ours to what its record says. @returns whether it was entered anew. */
export async function recoverMeeting(tx: Tx, meeting: RemoteMeeting, now: Date): Promise<boolean> {
  const { url, organisationName, linkedUris, publishedAt, updatedAt, source, categoryName, translations, ...said } =
    meeting;
  const { uri, processUri, language } = meeting;
  const before = await findMeeting(tx, uri);
  const { id, was, columns: alike } = await recoverThing(tx, "meeting", meeting, before, now);
  const { uri: _uri, processUri: _process, ...words } = said;
  const columns = { ...words, ...alike };
  if (before === null) {
    await tx`insert into meeting ${tx({ uri, id, processUri, createdAt: publishedAt, ...columns } as never)}`;
  } else await tx`update meeting set ${tx(columns as never)} where uri = ${uri}`;
  if (was !== "changed") await countContribution(tx, { kind: "meeting", processUri }, 1);
  await replaceMeetingLinks(tx, uri, linkedUris.slice(0, linkedMax));
  await replaceTranslations(tx, [{ uri, language, translations: translations ?? [] }], updatedAt);
  return was === "entered";
}
