// The illustrations of the demo, drawn from a few shapes each, so that no picture has to be shipped.
import sharp from "sharp";

const width = 1_200;
const height = 720;

type Drawing = () => string;

const rect = (x: number, y: number, w: number, h: number, fill: string, rx = 0) =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${rx}" fill="${fill}"/>`;
const circle = (x: number, y: number, r: number, fill: string) =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}"/>`;
const path = (d: string, fill: string) => `<path d="${d}" fill="${fill}"/>`;
const line = (d: string, stroke: string, w: number) =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${w}" stroke-linecap="round" stroke-linejoin="round"/>`;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const row = (count: number, make: (index: number) => string) => times(count, make).join("");

const tree = (x: number, ground: number, size: number, leaf = "#5b8a5a") =>
  rect(x - size * 0.07, ground - size, size * 0.14, size, "#6d5844") +
  circle(x, ground - size * 1.15, size * 0.48, leaf) +
  circle(x - size * 0.32, ground - size * 0.95, size * 0.34, "#4c7a51") +
  circle(x + size * 0.34, ground - size * 0.98, size * 0.36, "#6f9c63");

const someone = (x: number, ground: number, size: number, coat: string) =>
  circle(x, ground - size, size * 0.17, "#8a5a44") +
  path(
    `M${x - size * 0.2} ${ground} q${size * 0.02} ${-size * 0.8} ${size * 0.2} ${-size * 0.8} t${size * 0.2} ${size * 0.8}z`,
    coat,
  );

const houses = (ground: number, colours: readonly string[], window: string) =>
  row(colours.length, (index) => {
    const w = width / colours.length;
    const h = 250 + ((index * 67) % 130);
    const windows = row(6, (slot) =>
      rect(
        index * w + w * 0.18 + (slot % 2) * w * 0.4,
        ground - h + 40 + Math.floor(slot / 2) * 82,
        w * 0.22,
        50,
        window,
        3,
      ),
    );
    return rect(index * w, ground - h, w - 6, h, colours[index] as string) + windows;
  });

const shadedSquare: Drawing = () =>
  rect(0, 0, width, height, "#f7e3bd") +
  circle(1_010, 120, 70, "#f2b84b") +
  houses(470, ["#d9a37c", "#e8c39e", "#c98b6b", "#e3b58c", "#d6a584"], "#8b5e4a") +
  rect(0, 470, width, 250, "#d8c4a0") +
  row(4, (index) =>
    path(`M${90 + index * 270} 300 l250 -40 l-20 90 z`, ["#3f7d7b", "#e9efe6", "#c95d3f", "#3f7d7b"][index] as string),
  ) +
  row(5, (index) => line(`M${100 + index * 262} 480 V270`, "#6d5844", 9)) +
  tree(190, 600, 130) +
  tree(1_040, 620, 150) +
  rect(470, 585, 260, 18, "#8a6a4c", 6) +
  rect(490, 603, 14, 44, "#6d5844") +
  rect(696, 603, 14, 44, "#6d5844") +
  someone(540, 590, 88, "#3f6f8f") +
  someone(630, 590, 78, "#b5533c");

const schoolStreet: Drawing = () =>
  rect(0, 0, width, height, "#dcecf2") +
  rect(160, 120, 880, 330, "#efc9a4") +
  path("M130 125 L600 30 L1070 125z", "#b5533c") +
  row(6, (index) => rect(210 + index * 138, 190, 84, 110, "#5f8da3", 4)) +
  rect(550, 320, 100, 130, "#7a4a37", 4) +
  rect(0, 450, width, 270, "#9aa3a6") +
  row(9, (index) => path(`M${60 + index * 130} 480 h70 l30 220 h-90z`, "#f5f1e6")) +
  circle(260, 590, 46, "#e7b93e") +
  circle(880, 640, 46, "#4f8f6a") +
  circle(600, 560, 40, "#c95d3f") +
  someone(420, 640, 120, "#3f6f8f") +
  someone(500, 650, 96, "#d98b3a") +
  someone(720, 630, 110, "#6b5b95") +
  tree(70, 520, 130) +
  tree(1_140, 520, 130);

const superblock: Drawing = () => {
  const block = (column: number, line: number) => {
    const [x, y] = [70 + column * 272, 40 + line * 222];
    const isInside = column > 0 && column < 3 && line === 1;
    return (
      path(`M${x + 40} ${y} h165 l40 40 v115 l-40 40 h-165 l-40 -40 v-115z`, isInside ? "#e4b98f" : "#d5cec0") +
      path(`M${x + 80} ${y + 55} h85 v85 h-85z`, isInside ? "#8db580" : "#bcb6a7")
    );
  };
  return (
    rect(0, 0, width, height, "#f4efe4") +
    rect(318, 20, 576, 680, "#cfe3c8", 40) +
    row(12, (index) => block(index % 4, Math.floor(index / 4))) +
    row(7, (index) => circle(330 + index * 90, 251, 17, "#4c7a51") + circle(330 + index * 90, 471, 17, "#4c7a51")) +
    line("M606 30 V690", "#c95d3f", 8)
  );
};

const fountain: Drawing = () =>
  rect(0, 0, width, height, "#e3eee9") +
  rect(0, 500, width, 220, "#cdbfa4") +
  row(14, (index) => rect(index * 90, 500 + (index % 2) * 60, 84, 54, "#c2b294", 4)) +
  path("M360 520 h480 l-50 110 h-380z", "#7d8f92") +
  rect(570, 270, 60, 260, "#8fa0a2", 8) +
  path("M450 290 h300 l-40 56 h-220z", "#7d8f92") +
  line("M600 270 C600 150 470 170 440 300", "#5aa0b8", 9) +
  line("M600 270 C600 150 730 170 760 300", "#5aa0b8", 9) +
  line("M600 270 C600 120 540 140 520 290", "#8cc3d3", 7) +
  line("M600 270 C600 120 660 140 680 290", "#8cc3d3", 7) +
  tree(140, 520, 190) +
  tree(1_070, 520, 190) +
  someone(310, 640, 120, "#b5533c");

const marketStreet: Drawing = () =>
  rect(0, 0, width, height, "#f3dfb8") +
  houses(520, ["#e9cfa6", "#dcb98a", "#e7c79b", "#d3a878"], "#2f6f73") +
  rect(0, 520, width, 200, "#cfa877") +
  row(6, (index) => {
    const x = 20 + index * 198;
    const stripes = row(5, (stripe) =>
      path(`M${x + stripe * 36} 330 h36 l-6 86 h-36z`, stripe % 2 === 0 ? "#a63d2f" : "#f7efe0"),
    );
    const fruit = row(8, (piece) =>
      circle(
        x + 22 + piece * 20,
        500 - (piece % 2) * 14,
        13,
        ["#d9822b", "#6b8e3d", "#c23b22", "#e2b93b"][(piece + index) % 4] as string,
      ),
    );
    return `${stripes}${rect(x, 500, 176, 66, "#7a5434", 5)}${fruit}`;
  }) +
  line("M0 250 C300 330 900 330 1200 250", "#7a5434", 5) +
  row(9, (index) =>
    path(
      `M${60 + index * 130} ${276 + 26 * Math.sin((index / 8) * Math.PI)} h90 l-45 54z`,
      index % 2 ? "#2f6f73" : "#e2b93b",
    ),
  ) +
  someone(330, 680, 130, "#2f6f73") +
  someone(760, 690, 140, "#6b4a7a");

const courtyard: Drawing = () =>
  rect(0, 0, width, height, "#efe2c8") +
  rect(0, 90, width, 420, "#e2c79b") +
  row(
    5,
    (index) =>
      path(`M${50 + index * 230} 510 v-220 a90 110 0 0 1 180 0 v220z`, "#3c6e71") +
      path(`M${70 + index * 230} 510 v-214 a70 92 0 0 1 140 0 v214z`, "#274c4f"),
  ) +
  row(20, (index) => rect(index * 60, 90, 30, 30, index % 2 ? "#c86b3c" : "#2f6f73")) +
  rect(0, 510, width, 210, "#d6b583") +
  path("M420 560 h360 l60 60 -60 60 h-360 l-60 -60z", "#5aa0b8") +
  path("M470 585 h260 l36 36 -36 36 h-260 l-36 -36z", "#8cc3d3") +
  row(2, (index) => {
    const x = 170 + index * 860;
    const leaves = row(6, (leaf) =>
      line(`M${x} 250 q${(leaf - 2.5) * 50} -90 ${(leaf - 2.5) * 74} ${10 + Math.abs(leaf - 2.5) * 12}`, "#4c7a51", 18),
    );
    return `${line(`M${x} 640 V250`, "#7a5434", 22)}${leaves}`;
  });

const waterPoint: Drawing = () =>
  rect(0, 0, width, height, "#f6e7cb") +
  circle(180, 130, 80, "#efa63c") +
  rect(420, 150, 360, 480, "#e2c79b", 14) +
  path("M470 630 v-300 a130 150 0 0 1 260 0 v300z", "#2f6f73") +
  row(30, (index) =>
    rect(
      490 + (index % 5) * 46,
      320 + Math.floor(index / 5) * 34,
      34,
      24,
      (index + Math.floor(index / 5)) % 2 ? "#f2e9d6" : "#c86b3c",
      3,
    ),
  ) +
  rect(575, 520, 50, 16, "#b08d3a", 6) +
  line("M600 536 V596", "#5aa0b8", 9) +
  path("M500 596 h200 l-20 44 h-160z", "#7d8f92") +
  rect(0, 640, width, 80, "#cfa877") +
  someone(320, 650, 150, "#6b4a7a") +
  someone(890, 650, 120, "#3f6f8f");

const sharedData: Drawing = () => {
  const places = times(
    9,
    (index) => [140 + (index % 3) * 460 + (Math.floor(index / 3) % 2) * 60, 130 + Math.floor(index / 3) * 230] as const,
  );
  const threads = places.flatMap(([x, y], from) =>
    places
      .slice(from + 1)
      .filter((_, step) => (from + step) % 3 !== 1)
      .map(([toX, toY]) => line(`M${x} ${y} L${toX} ${toY}`, "#9fb8c4", 3)),
  );
  const marks = places.map(([x, y], index) => {
    const colour = ["#c95d3f", "#3f6f8f", "#5b8a5a"][index % 3] as string;
    return `${circle(x, y, 58, "#fbfaf7")}${circle(x, y, 48, colour)}${row(3, (bar) => rect(x - 24 + bar * 18, y + 22 - (14 + ((index + bar) % 3) * 12), 12, 14 + ((index + bar) % 3) * 12, "#fbfaf7", 2))}`;
  });
  return rect(0, 0, width, height, "#e8edf0") + threads.join("") + marks.join("");
};

const drawings = {
  "shaded-square": shadedSquare,
  "school-street": schoolStreet,
  superblock,
  fountain,
  "market-street": marketStreet,
  courtyard,
  "water-point": waterPoint,
  "shared-data": sharedData,
} as const satisfies Record<string, Drawing>;

export type PictureName = keyof typeof drawings;

/** All of them as PNG files. To be called before anything that keeps uploads is loaded, which forbids reading drawings. */
export async function drawPictures(): Promise<Map<PictureName, Buffer>> {
  const names = Object.keys(drawings) as PictureName[];
  const files = await Promise.all(
    names.map((name) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${drawings[name]()}</svg>`;
      return sharp(Buffer.from(svg)).png({ compressionLevel: 1 }).toBuffer();
    }),
  );
  return new Map(names.map((name, index) => [name, files[index] as Buffer]));
}
