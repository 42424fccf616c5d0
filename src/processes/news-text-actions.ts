// How news are translated: locked, and vouched for anew. A digest is not: it says in other people's words what they said.
import type { TextDoor } from "../translations/actions.ts";
import { vouchForNews } from "./vouch.ts";

export const newsTexts: TextDoor = {
  kind: "news",
  read: async (sql, uri) => {
    const [news] = await sql<{ title: string; body: string }[]>`
      select subject.title, news.body from news join subject on subject.uri = news.uri
      where news.uri = ${uri} and news.kind <> 'digest'`;
    return news ?? null;
  },
  lock: async (tx, uri) => {
    await tx`select from news where uri = ${uri} for update`;
  },
  vouch: (tx, uri, now) => vouchForNews(tx, [uri], now),
};
