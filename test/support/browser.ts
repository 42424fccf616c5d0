// Vitest's global setup for browser tests: looks for Chromium once, and says once what follows when there is none.
import type { TestProject } from "vitest/node";
import { findChromium } from "./find-chromium.ts";

declare module "vitest" {
  export interface ProvidedContext {
    chromiumPath: string | null;
  }
}

export default function setup(project: TestProject): void {
  const path = findChromium();
  if (path === null && process.env.CI === "true") {
    throw new Error("CI needs Chromium for the browser tests: install it, or set CHROMIUM_PATH");
  }
  if (path === null)
    console.log("Browser tests are skipped: no Chromium was found (install it, or set CHROMIUM_PATH)\n");
  project.provide("chromiumPath", path);
}
