// What a sample city has to show: words that people would write, in the languages they write in.

import { html } from "../../src/platform/html.ts";
import { markdownToHtml } from "../../src/platform/rich-text.ts";
import type { Person } from "../../src/web/marks.ts";
import type { CommentShown } from "../../src/web/thread.ts";

export const sampleNow = new Date("2026-11-22T18:00:00Z");

export const inDays = (days: number) => new Date(sampleNow.getTime() + days * 86_400_000);
export const en = (text: string) => ({ text, lang: "en" });
export const ca = (text: string) => ({ text, lang: "ca" });
export const ar = (text: string) => ({ text, lang: "ar" });
export const person = (name: string, host: string | null = null): Person => ({
  name,
  handle: host === null ? null : `@${name}@${host}`,
  url: "/people/1",
  iconUrl: null,
  host,
});

export const proposals = [
  {
    href: "/proposal",
    title: en("Shade and water along the school route"),
    excerpt: en("Forty plane trees and three drinking fountains would make the walk bearable from May to October."),
    author: person("Núria Soler"),
    publishedAt: inDays(-9),
    status: { label: "Accepted", tone: "good" as const },
    category: "Public space",
    place: "Carrer de la Pau",
    supportCount: 1284,
    likeCount: 96,
    commentCount: 41,
  },
  {
    href: "/proposal",
    title: ca("Un carril bici segur fins a la platja"),
    excerpt: ca("El tram final s’acaba de cop en una rotonda."),
    author: person("Pau Ferrer"),
    publishedAt: inDays(-3),
    status: { label: "Being evaluated", tone: "waiting" as const },
    imageUrl: "/assets/roundabout.svg",
    imageAlt: "A roundabout with a bicycle",
    supportCount: 412,
    likeCount: 230,
    commentCount: 18,
  },
  {
    href: "/proposal",
    title: ar("مكتبة حيّ مفتوحة مساءً"),
    excerpt: ar("يحتاج الطلاب إلى مكان هادئ للدراسة بعد السابعة مساءً."),
    author: person("سلمى", "tunis.example"),
    publishedAt: inDays(-1),
    from: { name: "Tunis", host: "tunis.example" },
    supportCount: null,
    likeCount: 12,
    commentCount: 5,
  },
];

export const meetings = [
  {
    href: "/meetings",
    title: en("Walk through the school route"),
    startsAt: inDays(4),
    endsAt: inDays(4.1),
    kind: "Walk",
    place: "Plaça de l’Estació",
  },
  {
    href: "/meetings",
    title: ca("Trobada amb les escoles"),
    startsAt: inDays(-14),
    endsAt: null,
    isOnline: true,
    attendeeCount: 64,
    status: { label: "Minutes", tone: "good" as const },
  },
];

export const results = [
  {
    href: "/results",
    title: en("Trees and fountains"),
    excerpt: en("Twenty-six of forty trees are planted."),
    status: { label: "Under way", tone: "waiting" as const },
    progress: 0.65,
    cost: "€184,000",
    updatedAt: inDays(-6),
    proposalCount: 3,
  },
  {
    href: "/results",
    title: ca("Ampliació de la xarxa de biblioteques"),
    status: { label: "Not started", tone: "neutral" as const },
    progress: 0,
    category: "Culture",
  },
];

export const comments: readonly CommentShown[] = [
  {
    id: "1",
    author: person("Joan Vidal"),
    publishedAt: inDays(-5),
    isEdited: true,
    body: markdownToHtml("At three in the afternoon there is *no shade at all*."),
    lang: "en",
    stance: "for",
    likeCount: 14,
    actions: html`<a class="button button-quiet" href="#reply">Reply</a>`,
    replies: [
      {
        id: "2",
        author: person("Clara", "mastodon.social"),
        publishedAt: inDays(-4),
        isEdited: false,
        body: markdownToHtml("In Porto they used pergolas first."),
        lang: "en",
        stance: null,
        likeCount: 3,
        replies: [],
      },
      {
        id: "3",
        author: person("Vilanova del Mar"),
        publishedAt: inDays(-3),
        isEdited: false,
        isOfficial: true,
        body: markdownToHtml("We visited them in September."),
        lang: "en",
        stance: null,
        likeCount: 21,
        replies: [],
      },
    ],
  },
  {
    id: "4",
    author: person("a neighbour"),
    publishedAt: inDays(-2),
    isEdited: false,
    body: null,
    goneReason: "Hidden: insults a person.",
    lang: null,
    stance: null,
    likeCount: 0,
    replies: [],
  },
  {
    id: "5",
    author: person("Hassan", "tunis.example"),
    publishedAt: inDays(-1),
    isEdited: false,
    body: markdownToHtml("من أين ستأتي المياه في الصيف؟"),
    lang: "ar",
    stance: "against",
    likeCount: 2,
    replies: [],
  },
];

export const phases = [
  { title: en("Gather proposals"), startsAt: inDays(-60), endsAt: inDays(-20) },
  { title: en("Support what matters"), startsAt: inDays(-20), endsAt: inDays(12) },
  {
    title: en("What becomes of it"),
    startsAt: inDays(12),
    endsAt: null,
    description: html`<p>Everyone may comment.</p>`,
  },
];

export const territory = {
  type: "Polygon",
  coordinates: [
    [
      [1.7, 41.21],
      [1.715, 41.235],
      [1.745, 41.215],
      [1.7, 41.21],
    ],
  ],
};
