// What people say of the draft charter of the market, on the process itself: there is nothing to propose in it yet.
import type { Process } from "../../../src/processes/process.ts";
import type { Place } from "../place.ts";
import { type CommentSeed, plantComment } from "../proposal-seed.ts";

const talk: readonly CommentSeed[] = [
  {
    by: "moncef",
    days: 9,
    body: "المادّة 3: القرعة عادلة للأماكن الجديدة، لكن من أمضى عشرين سنة في ركنه له زبائن يعرفونه. اقترح قرعة لنصف الأماكن فقط في السنة الأولى.",
    replies: [
      { by: "karim", days: 8, body: "أوافق على التدرّج، بشرط أن يُعلن من الآن متى تشمل القرعة الجميع." },
      { by: "hedi", days: 7, body: "سجّلنا المقترحين، وسنكتب في الصياغة الثانية أيّهما اخترنا ولماذا." },
    ],
  },
  {
    by: "houda",
    days: 6,
    body: "المادّة 2: متر ونصف لا يكفي إذا وُضعت الصناديق أمام الدكاكين. لنرسم الخطّ على الأرض ليراه الجميع.",
  },
  {
    by: "sonia",
    days: 3,
    language: "fr",
    body: "Article 7 : notre association peut collecter les invendus dès quatorze heures, avec deux vélos cargo. Il nous faut un local avec de l’eau.",
  },
];

export async function plantCharterTalk(place: Place, process: Process): Promise<void> {
  for (const seed of talk) await plantComment(place, process, process.uri, null, seed, new Map());
}
