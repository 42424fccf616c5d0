// What people of Medinat al-Yasmin propose against the heat, and what they say to each other about it.
import type { ProposalSeed } from "../proposal-seed.ts";

export const waterProposals: readonly ProposalSeed[] = [
  {
    key: "rain",
    by: "youssef",
    days: 24,
    title: "خزّانات لماء المطر تحت ساحات المدارس الأربع",
    body: `يسقط على سطوح مدارسنا الأربع نحو **2600 متر مكعّب** من المطر في السنة، وتذهب كلّها إلى البحر.

أقترح خزّانًا من ثمانين مترًا مكعّبًا تحت كل ساحة:

- يسقي أشجار الساحة من مايو إلى سبتمبر؛
- يغذّي رشّاشات دقيقة عند باب المدرسة في أيام الحرّ؛
- يشرح للتلاميذ بعدّاد ظاهر كم جُمع وكم استُعمل.

كلفة الخزّان الواحد بين 17 و21 ألف دينار حسب التربة. اشتغلتُ على مثلها ومستعدّ للمساعدة في الدراسة.`,
    category: "الماء",
    address: "مدرسة باب البحر",
    at: [35.8264, 10.6312],
    pictures: [{ name: "courtyard", alt: "رسم لساحة مدرسة بأقواس وحوض ماء ثُمانيّ ونخلتين." }],
    supports: 26,
    likes: 4,
    comments: [
      {
        by: "amina",
        days: 22,
        stance: "for",
        body: "ابني في هذه المدرسة، وفي يونيو يعود بصداع كل يوم. الساحة لا ظلّ فيها ولا ماء.",
        replies: [{ by: "youssef", days: 21.8, body: "لهذا بدأتُ بها. القياس في ساحتها كان 47 درجة على الإسمنت." }],
      },
      {
        by: "moncef",
        days: 20,
        stance: "neutral",
        body: "ومن ينظّف الخزّان؟ عندنا خزّان في الجامع مهجور منذ عشر سنوات لأن لا أحد مكلَّف به.",
        replies: [{ by: "hedi", days: 19, body: "ملاحظة في محلّها. سيُذكر في الجواب من يتولّى الصيانة وبأيّ ميزانية." }],
      },
    ],
    answer: {
      days: 5,
      outcome: "accepted",
      reasons: `**نعم، في مدرستين هذه السنة وفي الأخريين في السنة المقبلة.**

- تنطلق الأشغال في عطلة الشتاء في مدرستَي باب البحر والرمّان.
- الصيانة على مصلحة الحدائق، مرّتين في السنة، و1800 دينار لكل خزّان مُدرجة في الميزانية.
- العدّاد الظاهر فكرة جميلة، وسنضعه عند المدخل.`,
      cost: "76000",
      currency: "TND",
      term: "مارس المقبل للمدرستين الأوليين",
    },
  },
  {
    key: "reeds",
    by: "amina",
    days: 21,
    title: "تظليل درب الصبّاغين بالقصب بدل البلاستيك",
    body: "المظلّات البلاستيكية تحبس الحرّ وتتمزّق في سنة. القصب يترك الهواء يمرّ ويدوم أربع سنوات، ويُصنع **هنا**: في المدينة سبعة حرفيين يعرفون نسجه.\n\nالدرب طوله 210 أمتار، وفيه مدرسة ومستوصف.",
    category: "الظلّ والحرّ",
    address: "درب الصبّاغين",
    at: [35.8251, 10.6297],
    supports: 23,
    likes: 5,
    comments: [
      {
        by: "karim",
        days: 18,
        stance: "for",
        body: "أنا من الحرفيين السبعة. نستطيع إنجاز ثلاثين مترًا في الأسبوع إذا وصل القصب في موسمه.",
      },
      {
        by: "sonia",
        days: 15,
        stance: "neutral",
        language: "fr",
        body: "Et le risque d’incendie près des fours ? À Sfax, la protection civile a demandé un traitement ignifuge.",
        replies: [{ by: "karim", days: 14.5, body: "نعالجه بماء الجير منذ القدم، ونترك ثلاثة أمتار عند كل فرن." }],
      },
    ],
    answer: {
      days: 10,
      outcome: "evaluating",
      reasons:
        "أنجزنا تجربة في درب الخبّازين ونقيس الحرارة يوميًا حتى آخر الشهر. ننتظر كذلك رأي الحماية المدنية حول الأفران، ونجيب نهائيًا قبل انطلاق المرحلة الثانية.",
    },
  },
  {
    key: "night-water",
    by: "leila",
    days: 18,
    title: "نقطة ماء بارد عند محطّة الحافلات، مفتوحة ليلًا",
    body: "عاملات المصانع ينتظرن حافلة الخامسة صباحًا، والمقاهي مغلقة. أقرب ماء يُشترى. نقطة واحدة مضاءة عند المحطّة تكفي أربعمئة امرأة كل يوم.",
    category: "الماء",
    address: "محطّة الحافلات الجنوبية",
    at: [35.8219, 10.6341],
    supports: 24,
    likes: 3,
    comments: [{ by: "houda", days: 16, stance: "for", body: "وأنا منهنّ. وليكن المكان مضاءً، فالضوء أيضًا ماء." }],
  },
  {
    key: "parking",
    by: "rachid",
    days: 16,
    title: "تحويل ساحة الزيتونة إلى موقف سيارات من طابقين",
    body: "لا يجد الزبائن مكانًا فيذهبون إلى المركز التجاري. موقف بمئتي مكان ينقذ تجارة المدينة العتيقة.",
    category: "شوارع السوق",
    address: "ساحة الزيتونة",
    at: [35.8246, 10.6283],
    supports: 5,
    comments: [
      {
        by: "leila",
        days: 14,
        stance: "against",
        body: "في الساحة آخر ثلاث زيتونات معمّرة في المدينة. عدد الزبائن نقص لأن المشي صار عذابًا، لا لأن السيارة بعيدة.",
      },
      {
        by: "moncef",
        days: 13,
        stance: "against",
        body: "أنا تاجر فيها منذ ثلاثين سنة، ولا أريد موقفًا أمام دكّاني. أريد ظلًّا.",
      },
    ],
    answer: {
      days: 7,
      outcome: "rejected",
      reasons:
        "**لا.** الساحة مصنّفة والزيتونات الثلاث محمية بقرار سنة 1998. في المقابل، نفتح مجانًا موقف الميناء (310 أماكن، على بعد ستّ دقائق مشيًا) أيام السوق.",
    },
  },
  {
    key: "children",
    by: "houda",
    days: 11,
    title: "طريق مظلَّل إلى المدرسة يرسمه الأطفال",
    body: "نطلب من تلاميذ السنة الخامسة أن يلوّنوا على خريطة الطريقَ الذي يمشونه فعلًا، وأين يتوقّفون وأين يخافون. ثم نظلّل ذلك الطريق، لا الطريق الذي نظنّه نحن.",
    category: "الأطفال",
    address: "من باب البحر إلى حيّ الرمّان",
    at: [35.8271, 10.6321],
    supports: 18,
    likes: 4,
  },
  {
    key: "roofs",
    by: "sonia",
    days: 6,
    language: "fr",
    title: "Chauler les toits-terrasses chaque printemps, tous ensemble",
    body: "Une couche de chaux coûte 40 dinars par toit et fait gagner **quatre degrés** au dernier étage. Je propose un samedi commun en avril : la ville fournit la chaux et les rouleaux, chaque rue fournit les bras et le déjeuner.",
    category: "الظلّ والحرّ",
    supports: 13,
    likes: 3,
    comments: [
      {
        by: "youssef",
        days: 4,
        stance: "for",
        language: "ar",
        body: "جدّتي كانت تفعل هذا كل ربيع. فلنبدأ بسطوح حيّ الرمّان، وأنا أحضر السلالم.",
      },
    ],
  },
];
