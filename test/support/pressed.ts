// What the walk through every page does not come past, because its form needs something to have happened first: which journey
// presses it in a browser. A journey says at its end that it has, and `every-page.test.ts` that each route has its journey.
import type { BrowserContext } from "playwright-core";
import { expect } from "vitest";

const own = "test/browser/own-affairs.test.ts";
const desk = "test/browser/desk-affairs.test.ts";
const neighbours = "test/browser/neighbours.test.ts";
const residence = "test/browser/residence.test.ts";
const elsewhere = "test/identities/elsewhere.browser.test.ts";

/** Routes of the application → the journey in which a person presses the button that posts there. */
export const pressedIn: Readonly<Record<string, string>> = {
  "/account/coauthorship": own,
  "/account/residence/census": own,
  "/account/residence/code": own,
  "/account/residence/letter/withdrawal": own,
  "/account/sessions/end": own,
  "/proposals/:id/coauthors/removal": own,
  "/proposals/:id/coauthors/revocation": own,
  "/proposals/:id/like/withdrawal": own,
  "/admin/people/:id/memberships/revocation": desk,
  "/admin/people/:id/roles/revocation": desk,
  "/desk/assist/end": desk,
  "/desk/assist/:id/email": residence,
  "/desk/assist/:id/email/again": residence,
  "/desk/assist/:id/email/code": residence,
  "/desk/assist/:id/email/withdrawal": residence,
  "/desk/residence/conflicts/:id": residence,
  "/desk/deliveries/abandonments": desk,
  "/desk/deliveries/retries": desk,
  "/desk/erasures/:id/keeping": desk,
  "/desk/first-steps": desk,
  "/desk/settings/:group/undo": desk,
  "/meetings/:id/publication": desk,
  "/meetings/:id/removal": desk,
  "/moderation/lists/hosts/import": desk,
  "/moderation/lists/imports/:id/undoing": desk,
  "/moderation/lists/words/import": desk,
  "/moderation/lists/words/removal": desk,
  "/processes/:segment/documents/:id/removal": desk,
  "/processes/:segment/team/roles/revocation": desk,
  "/adoptions/:id/acceptance": neighbours,
  "/adoptions/:id/refusal": neighbours,
  "/network/following": neighbours,
  "/network/unfollowing": neighbours,
  "/desk/alike": "test/browser/desk-morning.test.ts",
  "/moderation/statements/:id/appeal": "test/browser/appeal.test.ts",
  "/notices/devices/end": "test/browser/push.test.ts",
  "/proposals/:id/support": "test/browser/first-visit.test.ts",
  "/sign-in/oidc": elsewhere,
  "/sign-in/welcome": elsewhere,
  "/sign-in/welcome/refusal": elsewhere,
};

/** The paths a route of the application answers. */
export const patternOf = (route: string): RegExp =>
  new RegExp(
    `^${route.replace(/:\w+(?:\{((?:[^{}]|\{[^{}]*\})*)\})?/g, (_, inner?: string) => (inner ? `(?:${inner})` : "[^/]+"))}$`,
  );

const pressed = new Set<string>();

/** Notes what a browser sends from its pages. */
export function recordPresses(context: BrowserContext): void {
  context.on("request", (request) => {
    if (request.method() === "POST" && request.isNavigationRequest()) pressed.add(new URL(request.url()).pathname);
  });
}

/**
 * Last in a journey: all that is said of it above has been pressed in it.
 * @param url `import.meta.url` of the test file.
 */
export function expectPresses(url: string): void {
  const said = Object.keys(pressedIn).filter((route) => url.endsWith(`/${pressedIn[route]}`));
  expect(said.length).toBeGreaterThan(0);
  expect(said.filter((route) => ![...pressed].some((path) => patternOf(route).test(path)))).toEqual([]);
}
