// Routes of the chronicle: the history of one thing, for everyone who may read that thing; the numbers of a process.
import { Hono } from "hono";
import { findActor } from "../actors/queries.ts";
import { isId } from "../platform/ids.ts";
import { refuseUnless } from "../platform/refusal.ts";
import type { House } from "../ports.ts";
import { followKeys, type KeyHistory, keyFor } from "../records/keys.ts";
import { listParts } from "../records/queries.ts";
import { type RecordDocument, RecordRefused } from "../records/record.ts";
import { historyPath } from "../records/views.ts";
import { findSubject, findSubjectById } from "../subjects/queries.ts";
import { isPublic } from "../subjects/subject.ts";
import type { PageEnv } from "../web/context.ts";
import { readChain } from "./history.ts";
import { historyPage } from "./history-views.ts";
import { numbersPages } from "./numbers-pages.ts";
import { listChain, listCompanions, listKeyVersions, listRefusals } from "./queries.ts";

const versionsPerPage = 20;

export function chroniclePages(house: House): Hono<PageEnv> {
  const { sql } = house;
  const pages = new Hono<PageEnv>();
  pages.route("/", numbersPages(house));
  pages.get("/records/of/:id", async (c) => {
    const id = c.req.param("id");
    const subject = isId(id) ? await findSubjectById(sql, id) : null;
    refuseUnless(subject !== null && subject.publishedAt !== null, "not-found");
    const [, epoch, version] = /^(\d{1,9})\.(\d{1,9})$/.exec(c.req.query("before") ?? "") ?? [];
    const before = epoch === undefined ? null : { epoch: Number(epoch), version: Number(version) };
    const chain = await listChain(sql, subject.uri, { before, limit: versionsPerPage + 1 });
    refuseUnless(chain.length > 0, "not-found");
    const hasOlder = chain.length > versionsPerPage;
    const process = subject.processUri === null ? null : await findSubject(sql, subject.processUri);
    const areShown = isPublic(subject) && (process === null || isPublic(process));
    const [parts, keys, refusals, companions] = await Promise.all([
      listParts(
        sql,
        chain.flatMap((record) => record.partDigest ?? []),
      ),
      listKeyVersions(sql, chain[0]!.publisherUri),
      listRefusals(sql, subject.uri),
      areShown ? listCompanions(sql, subject.uri) : [],
    ]);
    const history = historyOf(keys);
    const versions = readChain(
      chain,
      { parts: new Map(parts.map((part) => [part.digest, part.document])), areShown },
      ({ proof, recorded }) =>
        history === null ? null : keyFor(history, proof.verificationMethod, new Date(recorded)),
      hasOlder,
    );
    const last = versions.at(-1)!.record;
    const olderPath = hasOlder ? `${historyPath(subject.id)}?before=${last.epoch}.${last.version}` : null;
    const publisher = await findActor(sql, chain[0]!.publisherUri);
    return c.html(historyPage(c.get("page"), { subject, versions, refusals, companions, olderPath, publisher }));
  });
  return pages;
}

/** Null where there is none, or it does not hold: then nothing can be checked with it. */
function historyOf(documents: readonly string[]): KeyHistory | null {
  try {
    return followKeys(documents.map((document) => JSON.parse(document) as RecordDocument));
  } catch (error) {
    if (error instanceof RecordRefused) return null;
    throw error;
  }
}
