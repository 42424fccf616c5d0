// The browser for tests in a real one: `describeInBrowser("…", () => { … await launchChromium() … })`.
// Without Chromium those tests are skipped with one line; where CI=true, that is a failure.
import { type Browser, chromium } from "playwright-core";
import { describe, inject } from "vitest";

/** A `describe` whose tests run where there is a Chromium. */
export const describeInBrowser = describe.skipIf(inject("chromiumPath") === null);

/** A browser with a new, empty profile, that talks to no one but the pages under test. */
export function launchChromium(): Promise<Browser> {
  const executablePath = inject("chromiumPath");
  if (executablePath === null) throw new Error("There is no Chromium: use describeInBrowser");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox", // a container has no user namespaces, and root none at all
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
