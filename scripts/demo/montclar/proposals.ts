// What people of Montclar propose for the Riera, and what they say to each other about it.
import type { ProposalSeed } from "../proposal-seed.ts";

export const superblockProposals: readonly ProposalSeed[] = [
  {
    key: "shade",
    by: "nuria",
    days: 22,
    title: "Ombra a la plaça de l’Estació: vuit tendals i sis lledoners",
    body: `La plaça fa 1.900 m² i no hi ha **ni un arbre**, perquè a sota hi ha l’aparcament. A les cinc de la tarda hi passen tres-centes criatures que surten de l’escola.

Proposo dues coses alhora:

1. **Vuit tendals** de tela, que es posen al maig i es treuen a l’octubre. Els pals van dins de testos de formigó: no cal foradar la coberta.
2. **Sis lledoners** a la vora que dona al carrer del Molí, que és l’única franja amb terra de debò.

He parlat amb la botiga de lones del polígon: cada tendal, amb pals i muntatge, surt per uns 3.400 €. Adjunto un dibuix.`,
    category: "Ombra i verd",
    address: "Plaça de l’Estació",
    at: [41.8009, 2.0998],
    pictures: [
      {
        name: "shaded-square",
        alt: "Dibuix de la plaça amb tendals de colors entre pals, dos arbres grossos i dues persones assegudes en un banc a l’ombra.",
      },
    ],
    supports: 31,
    likes: 5,
    comments: [
      {
        by: "agnes",
        days: 20,
        stance: "for",
        body: "Treballo al quiosc. A l’estiu tanco de tres a sis perquè no s’hi pot estar. Amb ombra obriria.",
        replies: [
          {
            by: "nuria",
            days: 19.5,
            body: "Gràcies, Agnès! Podria quedar un tendal just davant del quiosc, si t’hi sembla bé.",
          },
        ],
      },
      {
        by: "quim",
        days: 18,
        stance: "against",
        body: "Els tendals de la fira van durar dos estius. Qui pagarà quan s’esquincin? Primer els arbres, i els tendals només si queden diners.",
        replies: [
          {
            by: "nuria",
            days: 17.6,
            body: "Tens raó que cal comptar-ho: demano que el manteniment surti a la resposta, amb una xifra cada any.",
          },
          {
            by: "jordi",
            days: 17,
            body: "La teníem pendent: el manteniment previst és de 1.150 € l’any. Ho posarem a la resposta.",
          },
        ],
      },
      {
        by: "pilar",
        days: 12,
        stance: "for",
        language: "es",
        body: "Mi madre tiene 82 años y en julio no baja a la plaza. Con sombra y un banco, baja.",
      },
    ],
    answer: {
      days: 6,
      outcome: "accepted",
      reasons: `**Sí, sencera.** La coberta de l’aparcament aguanta els testos (informe estructural del dia 3) i l’escola ho demana des de fa anys.

- Els **tendals** es munten abans del 15 de maig.
- Els **lledoners** es planten al febrer, quan toca.
- El manteniment, **1.150 € l’any**, passa al contracte de parcs i jardins.

Demanem a l’Associació Veïnal i a les tres escoles que triïn els colors.`,
      cost: "38600",
      term: "Maig de l’any que ve",
    },
  },
  {
    key: "school-street",
    by: "omar",
    days: 21,
    title: "Carrer del Forn tancat als cotxes a l’entrada i la sortida de l’escola",
    body: `De dilluns a divendres, **de 8.30 a 9.15 i de 16.15 a 17.00**, una tanca i dues persones voluntàries. Res més.

Ho vam provar una setmana al maig amb l’AFA d’Els Freixes: van passar de 74 a 9 cotxes, i ningú no va arribar tard. El que necessitem de l’Ajuntament és el permís i les tanques.`,
    category: "Entorns escolars",
    address: "Carrer del Forn, 12",
    at: [41.8001, 2.0983],
    pictures: [
      {
        name: "school-street",
        alt: "Dibuix d’una escola amb un pas pintat davant; tres criatures caminen entre rodones de colors i no hi ha cap cotxe.",
      },
    ],
    supports: 27,
    likes: 3,
    comments: [
      {
        by: "marti",
        days: 19,
        stance: "for",
        body: "Jo soc un dels voluntaris del maig. El més difícil va ser el primer dia; el tercer ja ens portaven cafè.",
      },
      {
        by: "rosa",
        days: 16,
        stance: "neutral",
        body: "I qui porta una criatura amb cadira de rodes? Visc al carrer del costat i necessito arribar fins a la porta.",
        replies: [
          {
            by: "omar",
            days: 15.8,
            body: "Molt bona pregunta, Rosa Maria. Proposo que passin a pas de persona els cotxes amb targeta, com a la prova del maig.",
          },
          { by: "rosa", days: 15, body: "Així sí que hi estic a favor." },
        ],
      },
    ],
    answer: {
      days: 3,
      outcome: "evaluating",
      reasons:
        "La Policia Local n’està estudiant l’encaix amb la línia L3, que passa a les 8.52. Tindrem resposta abans del dia 15. Si la parada es pot moure 40 metres, la resposta serà que sí.",
    },
  },
  {
    key: "underpass",
    by: "quim",
    days: 19,
    title: "Fer un túnel per al trànsit de l’avinguda de l’Estació",
    body: "Si enterrem l’avinguda entre la rotonda i el pont, a dalt hi queda un passeig de quatre-cents metres. És car, però es fa un cop i dura cent anys.",
    category: "Caminar i bicicleta",
    address: "Avinguda de l’Estació",
    at: [41.8026, 2.1004],
    supports: 6,
    likes: 1,
    comments: [
      {
        by: "berta",
        days: 18,
        stance: "against",
        body: "Quatre anys d’obres i més cotxes que ara. A Sant Feliu encara ho paguen.",
      },
      {
        by: "joan",
        days: 14,
        stance: "neutral",
        body: "M’agrada el passeig, no el túnel. Es pot tenir l’un sense l’altre?",
      },
    ],
    answer: {
      days: 8,
      outcome: "rejected",
      reasons: `**No ho podem fer**, i volem explicar per què.

- L’estudi previ de 2019 el valora en **41 milions d’euros**: més de dos anys sencers d’inversió de la ciutat.
- El nivell freàtic és a 3,2 metres; caldria bombar aigua sempre.
- Un túnel no treu trànsit: el 52 % dels cotxes només hi passen.

La idea del passeig, en canvi, la recollim: a la prova l’avinguda perd un carril i guanya una filera d’arbres.`,
    },
  },
  {
    key: "water",
    by: "fatima",
    days: 17,
    title: "Una font a cada cantonada del camí escolar",
    body: "Hi ha **dues fonts** en tot el barri i una no raja des de la sequera. Proposo cinc fonts petites, d’aquelles de botó, al llarg del camí de l’escola, i que la de la plaça Vella torni a funcionar.\n\nAixí ningú no ha de comprar aigua per sortir a jugar.",
    category: "Aigua",
    address: "Camí escolar de la Riera",
    at: [41.8012, 2.0971],
    pictures: [
      {
        name: "fountain",
        alt: "Dibuix d’una font de pedra amb quatre raigs, dos arbres i una persona que s’hi acosta.",
      },
    ],
    supports: 22,
    likes: 4,
    comments: [
      {
        by: "ivan",
        days: 15,
        stance: "for",
        language: "es",
        body: "Y un bebedero bajo para perros y para quien va en silla. Con un solo grifo a dos alturas basta.",
      },
      {
        by: "joan",
        days: 11,
        stance: "neutral",
        body: "En plena sequera? Demanaria que portin comptador i que es vegi quanta en gasten.",
        replies: [
          {
            by: "fatima",
            days: 10.5,
            body: "Hi estic d’acord. Les de botó gasten 0,2 litres cada vegada; un aspersor, això, ho gasta en un segon.",
          },
        ],
      },
    ],
  },
  {
    key: "benches",
    by: "rosa",
    days: 15,
    title: "Un banc cada cent metres, i amb respatller",
    body: "Per anar de casa al CAP em cal parar dues vegades. Avui no hi ha **on**. Demano bancs amb respatller i reposabraços, que és el que et permet tornar-te a aixecar, i que es posin a l’ombra.",
    category: "Caminar i bicicleta",
    address: "Del carrer Cadenes al CAP",
    at: [41.7992, 2.1011],
    supports: 24,
    likes: 2,
    comments: [
      {
        by: "nuria",
        days: 13,
        stance: "for",
        body: "Proposo posar-los de dos en dos, en angle. Així es pot parlar, i no només mirar el carrer.",
      },
    ],
  },
  {
    key: "association",
    by: "eulalia",
    days: 14,
    title: "Obrir el pati d’Els Freixes les tardes i els caps de setmana",
    body: `El pati és l’espai amb més ombra del barri i és tancat dos-cents dies l’any. L’Associació s’ofereix a portar-ne la clau amb un torn de monitores, com ja fem al casal.

**Què demanem:** assegurança, una porta que doni al carrer i un lavabo. **Què hi posem:** les persones i l’hort.`,
    category: "Entorns escolars",
    address: "Escola Els Freixes",
    at: [41.8004, 2.0979],
    forAssociation: true,
    supports: 19,
    likes: 3,
    comments: [
      { by: "marti", days: 10, stance: "for", body: "Com a AFA hi donem suport. Ja hem parlat amb la direcció." },
      {
        by: "quim",
        days: 9,
        stance: "against",
        body: "Visc davant. Pilotes fins a les deu del vespre, no, gràcies.",
        replies: [
          {
            by: "eulalia",
            days: 8.7,
            body: "Tancaríem a les vuit a l’hivern i a les nou a l’estiu, i l’horari el fixaria una reunió amb l’escala de davant. Hi estàs convidat.",
          },
        ],
      },
    ],
  },
  {
    key: "bikes",
    by: "ivan",
    days: 12,
    language: "es",
    title: "Aparcamiento seguro para bicis en la antigua nave del tren",
    body: "En los pisos de la Riera no hay ascensor, y subir una bici a un tercero quita las ganas. En la nave caben **120 bicis** y 30 triciclos de carga, con la misma llave que el casal.\n\nPara las familias que dejarán el coche, es la diferencia entre poder y no poder.",
    category: "Caminar i bicicleta",
    address: "Antiga nau del tren",
    at: [41.8029, 2.0989],
    supports: 17,
    likes: 2,
    comments: [
      {
        by: "omar",
        days: 10,
        stance: "for",
        body: "I un inflador i quatre eines lligades amb cadena, com a l’estació de Granollers.",
      },
    ],
  },
  {
    key: "trees",
    by: "berta",
    days: 10,
    title: "Canviar vint places d’aparcament per vint escocells grans",
    body: "Un arbre amb 12 m³ de terra viu seixanta anys; amb 2 m³, quinze. Al carrer Cadenes hi ha 46 places i 40 cotxes a la nit. Si en traiem **vint**, hi caben vint lledoners amb terra de debò i encara queda lloc.\n\nNo és contra els cotxes: és que els arbres no poden pujar al tercer pis de l’aparcament.",
    category: "Ombra i verd",
    address: "Carrer Cadenes",
    at: [41.7998, 2.1019],
    supports: 15,
    likes: 1,
    comments: [
      {
        by: "joan",
        days: 8,
        stance: "against",
        body: "Els 40 cotxes són de gent que torna a les deu de la nit de treballar al polígon. Abans de treure places, obriu la nau.",
        replies: [{ by: "berta", days: 7.5, body: "D’acord amb l’ordre: primer la nau, després els arbres." }],
      },
      {
        by: "nil",
        days: 7,
        body: "TOTS ELS POLÍTICS SÓN UNS LLADRES i els ecologistes encara més!!! Aneu a la merda.",
        mark: "insult",
      },
      {
        by: "pilar",
        days: 5,
        stance: "neutral",
        language: "es",
        body: "Compro seguidores y aparcamientos baratos, escríbeme por privado.",
        mark: "reported",
      },
    ],
  },
  {
    key: "night",
    by: "joan",
    days: 8,
    title: "Llum càlida i més baixa al camí del riu",
    body: "Els fanals de nou metres il·luminen les copes i deixen el camí a les fosques. Proposo balises d’un metre, de llum càlida, entre el pont i l’escola. Gasten menys i els ratpenats s’ho estimen més.",
    category: "Caminar i bicicleta",
    address: "Camí del riu",
    at: [41.7983, 2.0967],
    supports: 9,
    likes: 2,
  },
  {
    key: "loud",
    by: "marti",
    days: 7,
    title: "Taules de ping-pong a sota de la via del tren",
    body: "És el lloc més fresc del barri (29 °C al juliol) i només hi ha grafits. Dues taules de formigó i un llum, i ja hi tenim la canalla.",
    category: "Convivència",
    address: "Pas sota la via",
    at: [41.8021, 2.0994],
    supports: 11,
    likes: 3,
    withdrawnDays: 2,
    comments: [
      {
        by: "marti",
        days: 2.1,
        body: "La retiro: m’han explicat que el pas és d’Adif i ho hem de demanar a Madrid. L’Associació ho portarà a la reunió amb Adif.",
      },
    ],
  },
  {
    key: "market",
    by: "agnes",
    days: 4,
    title: "Mercat de pagès els dijous al carrer del Molí",
    body: "Si el carrer ja no és de pas, que hi passi alguna cosa. Dotze parades de pagesia d’aquí, els dijous de quatre a vuit, que és quan se surt d’escola. El mercat de dissabte em diu que no li fa nosa: a mi mateixa m’hi trobareu.",
    category: "Convivència",
    address: "Carrer del Molí",
    at: [41.8016, 2.1023],
    supports: 8,
    likes: 2,
  },
  {
    key: "quiet",
    by: "pilar",
    days: 1.2,
    language: "es",
    title: "Un rincón sin música ni pantallas en la plaza Vella",
    body: "Entre la fuente y el muro caben cuatro mesas. Pido que esa parte quede siempre sin altavoces, ni en fiestas, para quien necesita silencio: mayores, bebés y personas con autismo, como mi hijo.",
    category: "Convivència",
    address: "Plaça Vella",
    at: [41.8007, 2.1029],
    supports: 4,
    likes: 1,
  },
];
