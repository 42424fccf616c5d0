// What a supervisor asks: is the process alive (/healthz), and may it be sent requests (/readyz)?
import { Hono } from "hono";
import type { Sql } from "../platform/db.ts";
import { readiness } from "../platform/readiness.ts";

export interface HealthOptions {
  readonly sql: Sql;
  readonly migrationsDir: string;
  /** Whether this process does jobs itself. One that does not stays ready without a worker: pages still work. */
  readonly doesJobs: boolean;
}

export function healthPages({ sql, migrationsDir, doesJobs }: HealthOptions): Hono {
  const app = new Hono();
  app.use("/healthz", unstored).use("/readyz", unstored);
  app.get("/healthz", (c) => c.json({ status: "alive" }));
  app.get("/readyz", async (c) => {
    const found = await readiness(sql, migrationsDir);
    const isReady = found.migrations === "ok" && (found.jobs === "ok" || !doesJobs);
    return c.json({ status: isReady ? "ready" : "not-ready", ...found }, isReady ? 200 : 503);
  });
  return app;
}

const unstored = async (c: { header(name: string, value: string): void }, next: () => Promise<void>) => {
  await next();
  c.header("Cache-Control", "no-store");
};
