// Settings and maps in a real browser: nothing of another server before it is asked for, places chosen by hand and by key,
// a file far too large refused while it travels.
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../src/accounts/account.ts";
import { openSession } from "../../src/accounts/sign-in-actions.ts";
import { withTransaction } from "../../src/platform/db.ts";
import { writeSetting } from "../../src/platform/node-settings.ts";
import { openCookies } from "../../src/web/cookies.ts";
import { aMeeting, aProcess } from "../support/build.ts";
import { describeInBrowser, launchChromium } from "../support/chromium.ts";
import { type ListeningCity, openListeningCity, secretOfTests } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";

const territory = {
  type: "Polygon",
  coordinates: [
    [
      [-2.98, 43.22],
      [-2.88, 43.22],
      [-2.88, 43.3],
      [-2.98, 43.3],
      [-2.98, 43.22],
    ],
  ],
};
// One grey pixel.
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mPMqq//DwAFPgKIn3Z6yAAAAABJRU5ErkJggg==",
  "base64",
);

describeInBrowser("settings and maps", () => {
  let city: ListeningCity;
  let browser: Browser;
  const asked: string[] = [];
  const tiles = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(200, { "content-type": "image/png" }).end(pixel);
  });
  let tileOrigin = "";

  beforeAll(async () => {
    tiles.listen(0, "127.0.0.1");
    await once(tiles, "listening");
    tileOrigin = `http://127.0.0.1:${(tiles.address() as AddressInfo).port}`;
    city = await openListeningCity("Bilbao", { port: await freePort(), peers: [] });
    await city.sql`update organisation set territory_geojson = ${city.sql.json(territory)}`;
    await withTransaction(city.sql, (tx) =>
      writeSetting(tx, "map", {
        template: `${tileOrigin}/{z}/{x}/{y}.png`,
        attribution: "© Those who drew it",
        zoomMax: 19,
      }),
    );
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
    tiles.close();
  });

  async function signedIn(by: Account, options: Parameters<Browser["newContext"]>[0] = {}): Promise<BrowserContext> {
    const context = await browser.newContext(options);
    const token = await withTransaction(city.sql, (tx) =>
      openSession(tx, by.id, { device: "Firefox", previousSessionToken: null }, new Date()),
    );
    const prefix = city.instance.config.cookiePrefix;
    const cookies = openCookies({ prefix, isSecure: false, secret: secretOfTests }, null);
    cookies.setSigned("session", token, null);
    const [name, value] = cookies.changes[0]!.split(";")[0]!.split("=") as [string, string];
    await context.addCookies([{ name, value: decodeURIComponent(value), url: city.origin }]);
    return context;
  }

  test("a map asks no other server before the reader does, and then exactly one", async () => {
    const process = await aProcess(city);
    const meeting = await aMeeting(city, { process, latitude: 43.263, longitude: -2.935, address: "Plaza Nueva" });
    const page = await (await browser.newContext()).newPage();
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== city.origin) elsewhere.push(request.url());
    });
    const before = await page.goto(`${city.origin}/meetings/${meeting.id}`);
    expect(before?.headers()["content-security-policy"]).toContain("img-src 'self' data:;");
    expect(await page.locator("svg image").count()).toBe(0);
    expect([elsewhere, asked]).toEqual([[], []]);
    const answer = page.waitForResponse(
      (response) => response.url().endsWith(`/meetings/${meeting.id}`) && response.status() === 200,
    );
    await page.getByRole("button", { name: "Show the streets" }).click();
    expect((await answer).headers()["content-security-policy"]).toContain(`img-src 'self' data: ${tileOrigin};`);
    expect((await answer).headers()["referrer-policy"]).toBe("strict-origin-when-cross-origin");
    await page.waitForLoadState("networkidle");
    expect(elsewhere.length).toBeGreaterThan(3);
    expect(elsewhere.every((url) => url.startsWith(`${tileOrigin}/17/`))).toBe(true);
    expect(asked.length).toBe(elsewhere.length);
    expect(await page.textContent(".map-note")).toContain("© Those who drew it");
    await page.getByRole("button", { name: "Without streets" }).click();
    expect(await page.locator("svg image").count()).toBe(0);
    await shoot(page, "map-off");
  });

  test("a place is chosen by a click or by arrow keys, and can still be typed", async () => {
    const page = await (await signedIn(city.administrator)).newPage();
    await page.goto(`${city.origin}/meetings/new`);
    const drawing = page.locator("[data-place-picker] svg");
    await drawing.click({ position: { x: 50, y: 50 } });
    const read = async () => [
      Number(await page.inputValue("input[name=latitude]")),
      Number(await page.inputValue("input[name=longitude]")),
    ];
    const [north, west] = await read();
    expect(north).toBeGreaterThan(43.26);
    expect(west).toBeLessThan(-2.93);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    const [lower, further] = await read();
    expect([lower! < north!, further! > west!]).toEqual([true, true]);
    expect(await page.textContent(".place-picker-said")).toContain(String(lower));
    await page.fill("input[name=latitude]", "43.25");
    await page.press("input[name=latitude]", "Tab");
    expect(Number(await page.locator(".place-picker-mark").getAttribute("cy"))).toBeGreaterThan(200);
    expect(await page.locator("#f-timeZone-list option").count()).toBeGreaterThan(300);
    await shoot(page, "meeting-form");
    const plain = await (await signedIn(city.administrator, { javaScriptEnabled: false })).newPage();
    await plain.goto(`${city.origin}/meetings/new`);
    expect(await plain.locator("[data-place-picker]").isVisible()).toBe(false);
    expect(await plain.locator("input[name=latitude]").isVisible()).toBe(true);
  });

  test("colours are seen before they are saved", async () => {
    const page = await (await signedIn(city.administrator)).newPage();
    const refused: string[] = [];
    page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
    await page.goto(`${city.origin}/desk/settings/colours`);
    const button = () =>
      page.evaluate<string>("getComputedStyle(document.querySelector('.colour-sample-light .button')).backgroundColor");
    const before = await button();
    await page.fill("input[name=accent]", "#1a5fb4");
    await expect.poll(button).not.toBe(before);
    expect(refused).toEqual([]);
    await shoot(page, "colours");
  });

  test("a body of 200 MB is refused while it travels, and its sender hears why", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(city.origin).port), "localhost");
      const heard: Buffer[] = [];
      socket.on("data", (part) => heard.push(part));
      socket.on("close", () => resolve(Buffer.concat(heard).toString()));
      socket.on("error", (error) => (heard.length > 0 ? resolve(Buffer.concat(heard).toString()) : reject(error)));
      const { host } = new URL(city.origin);
      socket.write(
        `POST /desk/settings/identity HTTP/1.1\r\nHost: ${host}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 200000000\r\n\r\n` +
          `--b\r\nContent-Disposition: form-data; name="name.en"\r\n\r\nA name that is long enough\r\n--b\r\nContent-Disposition: form-data; name="logo"; filename="a.png"\r\n\r\n`,
      );
      const block = Buffer.alloc(100_000);
      const send = () => {
        if (heard.length > 0 || socket.destroyed) return socket.end();
        socket.write(block, () => setTimeout(send, 1));
      };
      send();
    });
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain("A name that is long enough");
  });

  test("no page of the settings sticks out of a phone, in Arabic and in the dark", async () => {
    for (const [lang, widthPixels, colorScheme] of [
      ["ar", 390, "light"],
      ["en", 390, "dark"],
      ["en", 1280, "light"],
    ] as const) {
      await city.sql`update account set locale = ${lang} where id = ${city.administrator.id}`;
      const context = await signedIn(city.administrator, {
        viewport: { width: widthPixels, height: 800 },
        colorScheme,
      });
      const page = await context.newPage();
      for (const path of ["", "/identity", "/colours", "/languages", "/contact", "/terms", "/retention", "/map"]) {
        await page.goto(`${city.origin}/desk/settings${path}`);
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect([lang, path, wide]).toEqual([lang, path, 0]);
        await shoot(page, `${lang}-${widthPixels}${path.replace("/", "-")}`);
      }
    }
  });
});

/** For those who look at pages: PICTURES_DIR. */
async function shoot(page: Page, name: string): Promise<void> {
  const dir = process.env.PICTURES_DIR;
  if (dir) await page.screenshot({ path: `${dir}/${name}.png`, fullPage: true });
}
