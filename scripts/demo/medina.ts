// Medinat al-Yasmin, a city of 130,000, Arabic and French: who lives there and what is going on.
import type { NewOrganisation } from "../../src/cities/actions.ts";
import { changeSettings } from "../../src/settings/actions.ts";
import { plantCharterTalk } from "./medina/charter.ts";
import { charterProcess, medinaCategories, waterProcess } from "./medina/processes.ts";
import { waterProposals } from "./medina/proposals.ts";
import { enrol, type PersonSeed, type Place, person } from "./place.ts";
import { plantCategories, plantProcess } from "./process-seed.ts";
import { plantProposals } from "./proposal-seed.ts";

export const medina: NewOrganisation = {
  handle: "yasmin",
  kind: "city",
  name: { ar: "بلدية مدينة الياسمين", fr: "Ville de Médinat al-Yasmin" },
  tagline: { ar: "نقرّر معًا، ونحاسب معًا", fr: "Décider ensemble, rendre compte ensemble" },
  description: {
    ar: "مدينة الياسمين مدينة ساحلية يسكنها 130 ألف نسمة. ننشر هنا ما يُطرح للنقاش وما يُقرَّر وما أُنجز، بالأرقام والتواريخ، ليستطيع كل ساكن وساكنة أن يقترح ويسأل ويتابع.",
    fr: "Médinat al-Yasmin est une ville côtière de 130 000 habitants. Nous publions ici ce qui se discute, ce qui se décide et ce qui se réalise, avec chiffres et dates, pour que chacune et chacun puisse proposer, demander et suivre.",
  },
  languages: ["ar", "fr"],
  timeZone: "Africa/Tunis",
  accent: "#1f6f6b",
  logo: null,
  website: "https://yasmin.example",
  territoryName: "مدينة الياسمين",
  territoryIds: {},
  territoryGeojson: {
    type: "Polygon",
    coordinates: [
      [
        [10.601, 35.842],
        [10.642, 35.851],
        [10.661, 35.822],
        [10.637, 35.801],
        [10.604, 35.812],
        [10.601, 35.842],
      ],
    ],
  },
  reportChannelUrl: "https://yasmin.example/signalement",
};

const writers: Readonly<Record<string, PersonSeed>> = {
  hedi: { name: "الهادي الزواري", role: "official" },
  nadia: { name: "نادية بن صالح", role: "moderator" },
  youssef: {
    name: "يوسف بنعلي",
    voice: { handle: "youssef", name: "يوسف · حيّ الرمّان" },
    knowHow: "مهندس مياه، عملت على خزانات الأمطار في المدارس.",
  },
  amina: { name: "أمينة الطرابلسي", voice: { handle: "amina", name: "أمينة" } },
  karim: { name: "كريم المزوغي" },
  leila: { name: "ليلى حدّاد" },
  moncef: { name: "المنصف القروي" },
  sonia: { name: "Sonia Mabrouk", locale: "fr" },
  rachid: { name: "رشيد عمّار" },
  houda: { name: "هدى السعيدي" },
};

const givenNames = ["مريم", "أحمد", "سارة", "خالد", "إيمان", "نبيل", "ريم", "طارق", "هاجر"];
const familyNames = ["الشابي", "بوزيد", "العيّاري", "الماجري", "بن عمر"];
const supportersCount = 25;

/** Of the kasbah's walls: what the city answers and does. */
const second = "#a9522c";

export async function plantMedina(place: Place): Promise<void> {
  const colours = { accent: medina.accent, second };
  await changeSettings(place.tx, place.administrator, "colours", colours, place.today);
  for (const [key, seed] of Object.entries(writers)) await enrol(place, key, seed);
  for (let index = 0; index < supportersCount; index++) {
    const name = `${givenNames[index % givenNames.length]} ${familyNames[(index * 2) % familyNames.length]}`;
    await enrol(place, `resident-${index + 1}`, { name });
  }
  const official = person(place, "hedi");
  await plantCategories(place, official, medinaCategories);
  const water = await plantProcess(place, official, waterProcess, 34);
  await plantProposals(place, water, official, waterProposals);
  const charter = await plantProcess(place, official, charterProcess, 12);
  await plantCharterTalk(place, charter);
}
