// node bench/paint.ts http://localhost:8001/ …: how soon pages of a running node stand before a reader with a slow machine, and
// what comes over the line on a first visit. Chromium with its processor slowed four times; the figures are medians of five.
import { chromium } from "playwright-core";
import { findChromium } from "../test/support/find-chromium.ts";

const runs = 5;
const slowedTimes = 4;

interface Paint {
  readonly largestMs: number;
  readonly shift: number;
  /** HTML, stylesheets and scripts; fonts and pictures apart. */
  readonly textBytes: number;
  readonly otherBytes: number;
}

/** Runs in the page. */
const readPaints = `new Promise((done) => {
  let largest = 0, shift = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) largest = entry.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) shift += entry.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done([largest, shift]), 200);
})`;

const addresses = process.argv.slice(2);
const executablePath = findChromium();
if (addresses.length === 0 || executablePath === null) {
  console.log("node bench/paint.ts ADDRESS …   (and Chromium must be installed)");
  process.exit(1);
}
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
console.log("largest paint   shift   html+css+js   fonts+pictures   page");
for (const address of addresses) {
  const paints: Paint[] = [];
  for (let run = 0; run < runs; run += 1) paints.push(await visit(address));
  const of = (key: keyof Paint) => paints.map((paint) => paint[key]).sort((a, b) => a - b)[runs >> 1]!;
  const columns = [
    `${of("largestMs").toFixed(0)} ms`.padStart(13),
    of("shift").toFixed(3).padStart(7),
    `${(of("textBytes") / 1000).toFixed(1)} kB`.padStart(13),
    `${(of("otherBytes") / 1000).toFixed(1)} kB`.padStart(16),
  ];
  console.log(`${columns.join(" ")}   ${address}`);
}
await browser.close();

/** A first visit, with nothing kept from before. */
async function visit(address: string): Promise<Paint> {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 } });
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowedTimes });
    await devtools.send("Network.enable");
    const kinds = new Map<string, string>();
    const bytes = { textBytes: 0, otherBytes: 0 };
    devtools.on("Network.responseReceived", ({ requestId, type }) => kinds.set(requestId, type));
    devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const isText = ["Document", "Stylesheet", "Script"].includes(kinds.get(requestId) ?? "");
      bytes[isText ? "textBytes" : "otherBytes"] += encodedDataLength;
    });
    await page.goto(address, { waitUntil: "networkidle" });
    const [largestMs, shift] = (await page.evaluate(readPaints)) as [number, number];
    return { largestMs, shift, ...bytes };
  } finally {
    await context.close();
  }
}
