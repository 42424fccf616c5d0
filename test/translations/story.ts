// A city that writes in two languages, an official of its process who reads English, and a reader: what the tests beside this
// begin with.
import type { Account } from "../../src/accounts/account.ts";
import { publishNews } from "../../src/processes/news-actions.ts";
import type { Process } from "../../src/processes/process.ts";
import { answerProposal } from "../../src/proposals/answer-actions.ts";
import type { Proposal } from "../../src/proposals/proposal.ts";
import { findAnswer } from "../../src/proposals/queries.ts";
import type { TextDoor } from "../../src/translations/actions.ts";
import type { Texts } from "../../src/translations/translation.ts";
import { anOfficial, aPhase, aProcess, aProposal, aResident } from "../support/build.ts";
import { openNetwork } from "../support/network.ts";
import { sayIn } from "../support/other-languages.ts";
import { openReader } from "../support/reader.ts";

export const es = { "accept-language": "es" };
export const idOf = (uri: string) => uri.split("/").at(-1)!;

export async function openSquares() {
  const net = await openNetwork("bilbao");
  const city = net.nodes.bilbao;
  const { sql, uris } = city;
  const now = () => net.clock.now();
  const process: Process = await aProcess(city, {
    now: now(),
    handle: "squares",
    title: "Green squares",
    languages: ["en", "es"],
    phases: [aPhase(now(), { startsInDays: -1, endsInDays: 40 })],
  });
  const official: Account = await anOfficial(city, { now: now(), process });
  return {
    ...{ net, city, process, official, now },
    desk: await openReader(city, official),
    reader: await openReader(city),
    say: (
      door: TextDoor,
      uri: string,
      typed: Texts,
      { by = official, language = "es" }: { by?: Account; language?: string } = {},
    ) => sayIn({ sql, by }, door, uri, { language, now: now() }, typed),
    someNews: (text: { title?: string; body?: string } = {}) => {
      const news = { title: "Come and see", body: "The plans are **here**.", language: "en", ...text };
      return publishNews(sql, uris, official, { processUri: process.uri, ...news }, now());
    },
    async anAnswer(): Promise<{ proposal: Proposal; uri: string }> {
      const by = await aResident(city, { now: now() });
      const proposal = await aProposal(city, { process, by, title: "A bench under the trees", now: now() });
      const input = { outcome: "accepted", reasons: "We **build** it.", term: "In spring", language: "en" } as const;
      await answerProposal(
        sql,
        uris,
        official,
        proposal.uri,
        { ...input, costAmount: null, costCurrency: null },
        now(),
      );
      return { proposal, uri: (await findAnswer(sql, proposal.uri))!.uri };
    },
    eventsOf: async (uri: string): Promise<string[]> =>
      (await sql<{ type: string }[]>`select type from event where subject_uri = ${uri} order by id`).map(
        ({ type }) => type,
      ),
  };
}

export type Squares = Awaited<ReturnType<typeof openSquares>>;
