// What Medinat al-Yasmin is deciding: water and shade in the old streets, and a charter for the market that is still a text.
import type { LanguageMap } from "../../../src/platform/text.ts";
import type { ProcessSeed } from "../process-seed.ts";

export const medinaCategories: readonly LanguageMap[] = [
  { ar: "الماء", fr: "Eau" },
  { ar: "الظلّ والحرّ", fr: "Ombre et chaleur" },
  { ar: "شوارع السوق", fr: "Rues du marché" },
  { ar: "الأطفال", fr: "Enfants" },
];

export const waterProcess: ProcessSeed = {
  handle: "ma-wa-dhill",
  languages: ["ar", "fr"],
  title: { ar: "ماءٌ وظلّ: صيفٌ يُحتمل في المدينة العتيقة", fr: "Eau et ombre : un été vivable dans la vieille ville" },
  summary: {
    ar: "في الصيف الماضي تجاوزت الحرارة 42 درجة في تسعة عشر يومًا. نقرّر معًا أين نضع نقاط الماء وأين نظلّل الشوارع بميزانية قدرها 240 ألف دينار.",
    fr: "L’été dernier, 19 jours au-dessus de 42 °C. Décidons ensemble où placer les points d’eau et quelles rues ombrager, avec 240 000 dinars.",
  },
  description: {
    ar: `في المدينة العتيقة **أحد عشر ألف ساكن**، وشوارع عرضها ثلاثة أمتار كانت تحفظ البرودة، إلى أن غُطّيت ساحاتها بالإسمنت.

## ما الذي نقرّره

- **مواقع اثنتي عشرة نقطة ماء** للشرب، مجانية ومفتوحة ليلًا ونهارًا.
- **الشوارع الستّة الأولى** التي تُظلَّل بالقصب قبل شهر يونيو.
- كيف نتقاسم ماء المطر المخزون بين المدارس والحدائق.

## ما لا نقرّره هنا

أسعار الماء وشبكة التوزيع من اختصاص الشركة الوطنية، ونحن ننقل إليها ما يُقال.`,
    fr: `La vieille ville compte **onze mille habitants** et des rues de trois mètres qui gardaient la fraîcheur, jusqu’à ce que ses placettes soient bétonnées.

## Ce que nous décidons

- **L’emplacement de douze points d’eau** potable, gratuits, ouverts jour et nuit.
- **Les six premières rues** à couvrir de canisses avant juin.
- Le partage de l’eau de pluie stockée entre écoles et jardins.

## Ce qui ne se décide pas ici

Le prix de l’eau et le réseau relèvent de la société nationale ; nous lui transmettons ce qui se dit.`,
  },
  promoter: {
    ar: "مصلحة التخطيط الحضري ومجلس المدينة العتيقة",
    fr: "Service d’urbanisme et conseil de la vieille ville",
  },
  audience: {
    ar: "كل من يسكن المدينة العتيقة أو يعمل أو يدرس فيها",
    fr: "Toute personne qui habite, travaille ou étudie dans la vieille ville",
  },
  decides: {
    ar: "اثنتا عشرة نقطة ماء وستّة شوارع مظلّلة. يلتزم المجلس البلدي بالإجابة كتابةً عن كل اقتراح خلال أربعين يومًا.",
    fr: "Douze points d’eau et six rues ombragées. Le conseil s’engage à répondre par écrit à chaque proposition sous quarante jours.",
  },
  goals: {
    ar: "ألّا يبعد أي بيت أكثر من مئتي متر عن ماء بارد، وأن تنخفض حرارة الشارع خمس درجات عند الظهر.",
    fr: "Aucun logement à plus de deux cents mètres d’une eau fraîche, et cinq degrés de moins dans la rue à midi.",
  },
  indicator: { code: "CLI-11", name: "بيوت على أقلّ من 200 متر من نقطة ماء", unit: "%", baseline: "31", target: "100" },
  supportLimit: 5,
  picture: { name: "water-point", alt: "رسم لسبيل ماء بقوس أخضر وزليج ملوّن، وإلى جانبه شخصان تحت شمس كبيرة." },
  categories: ["الماء", "الظلّ والحرّ", "شوارع السوق", "الأطفال"],
  phases: [
    {
      title: { ar: "الاقتراحات والمساندة", fr: "Propositions et soutiens" },
      description: {
        ar: "اقترحوا مكانًا أو فكرة، وساندوا خمسة اقتراحات على الأكثر.",
        fr: "Proposez un lieu ou une idée, et soutenez jusqu’à cinq propositions.",
      },
      from: -33,
      to: 12,
      permits: ["propose", "support", "comment", "answer"],
    },
    {
      title: { ar: "أجوبة البلدية", fr: "Réponses de la ville" },
      description: {
        ar: "جواب مكتوب عن كل اقتراح، بالكلفة والأجل.",
        fr: "Une réponse écrite à chaque proposition, avec coût et délai.",
      },
      from: 12,
      to: 52,
      permits: ["comment", "answer"],
    },
  ],
  documents: [{ title: "خريطة الحرارة في المدينة العتيقة", url: "https://yasmin.example/carte-chaleur" }],
  news: [
    {
      days: 9,
      title: "أول شارع مظلَّل: درب الخبّازين",
      body: "علّق الحرفيون أمس 140 مترًا من القصب. عند الظهر قسنا 36 درجة تحته و43 في الشارع المجاور. نشكر جيراننا في مونتكلار على أسئلتهم، فقد جعلتنا نقيس كل يوم.",
    },
  ],
};

export const charterProcess: ProcessSeed = {
  handle: "mithaq-souk",
  languages: ["ar", "fr"],
  title: { ar: "ميثاق السوق: نصّ للنقاش", fr: "Charte du marché\u00a0: un texte à discuter" },
  summary: {
    ar: "مسوّدة من تسع موادّ لتنظيم السوق الأسبوعي. في هذه المرحلة نقرأ ونعلّق فقط، ثم يُعاد تحرير النصّ قبل التصويت في المجلس.",
    fr: "Neuf articles pour organiser le marché hebdomadaire. À cette étape on lit et on commente ; le texte est réécrit avant le vote du conseil.",
  },
  description: {
    ar: `1. السوق فضاء عامّ، والمشي فيه حقّ للجميع.
2. يُترك في كل شارع ممرّ لا يقلّ عن **متر ونصف** لكرسيّ متحرّك وعربة طفل.
3. تُوزَّع الأماكن بالقرعة مرّتين في السنة، والنتيجة تُعلَّق وتُنشر.
4. رُبع الأماكن لصغار الفلاحين من محيط ثلاثين كيلومترًا.
5. لا موسيقى مكبَّرة قبل التاسعة صباحًا.
6. الماء للجميع: نقطة ماء عند كل مدخل.
7. ما يبقى من خضر يُجمع للجمعيات قبل الثالثة.
8. لا أكياس بلاستيكية ابتداءً من السنة المقبلة.
9. تُراجَع هذه الموادّ كل سنة، في جلسة مفتوحة.`,
    fr: `1. Le marché est un espace public ; y marcher est un droit.
2. Un passage d’**un mètre et demi** reste libre dans chaque rue, pour un fauteuil ou une poussette.
3. Les emplacements sont tirés au sort deux fois par an ; le résultat est affiché et publié.
4. Un quart des places aux petits producteurs dans un rayon de trente kilomètres.
5. Pas de musique amplifiée avant neuf heures.
6. L’eau pour tous : un point d’eau à chaque entrée.
7. Les invendus sont collectés pour les associations avant quinze heures.
8. Plus de sacs en plastique à partir de l’an prochain.
9. Ces articles sont revus chaque année, en séance ouverte.`,
  },
  promoter: { ar: "لجنة السوق في المجلس البلدي", fr: "Commission du marché du conseil municipal" },
  audience: { ar: "التجّار والفلاحون والساكنة", fr: "Marchands, producteurs et habitants" },
  decides: { ar: "النصّ الذي يُعرض على المجلس للتصويت", fr: "Le texte soumis au vote du conseil" },
  goals: {
    ar: "سوق يمشي فيه الجميع، بقواعد يعرفها الجميع",
    fr: "Un marché où tout le monde circule, avec des règles connues de tous",
  },
  picture: { name: "market-street", alt: "رسم لشارع سوق: ستّ مظلّات مخطّطة فوق خضر وفواكه، وأعلام صغيرة بين البيوت." },
  categories: ["شوارع السوق"],
  phases: [
    {
      title: { ar: "التشاور حول النصّ", fr: "Consultation sur le texte" },
      description: { ar: "علّقوا على أي مادّة بذكر رقمها.", fr: "Commentez un article en citant son numéro." },
      from: -11,
      to: 20,
      permits: ["comment"],
    },
    {
      title: { ar: "الصياغة الثانية", fr: "Deuxième rédaction" },
      description: { ar: "تنشر اللجنة ما غيّرته ولماذا.", fr: "La commission publie ce qu’elle a changé et pourquoi." },
      from: 25,
      to: 40,
      permits: ["comment", "answer"],
    },
  ],
};
