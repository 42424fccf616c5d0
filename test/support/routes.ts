// The application of a city, as a test asks it what it answers.
import { openGuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { openSignInServers } from "../../src/platform/mastodon-api.ts";
import { openOpenIdProvider } from "../../src/platform/openid.ts";
import { openApp } from "../../src/web/app.ts";
import type { ListeningCity } from "./listening.ts";

/** A second application over the same data: with every way to sign in, and never out of patience. */
export function appOf({ instance }: ListeningCity): ReturnType<typeof openApp> {
  const client = openGuardedFetch({ permittedOrigins: [], userAgent: "nobody" });
  const provider = { issuer: "https://id.example", clientId: "c", clientSecret: "s", name: "Id", scopes: "openid" };
  return openApp(instance.house, {
    ...{ ...instance.config, mailbox: instance.mailbox, version: "0", postsPerMinute: 100_000, forgetAuthor: [] },
    servers: openSignInServers({ client, permittedOrigins: [] }),
    provider: openOpenIdProvider(client, provider),
    health: { migrationsDir: "", doesJobs: false },
  });
}

/** What the application answers a method with, middleware left out. */
export function routesOf(city: ListeningCity, method: "GET" | "POST"): string[] {
  const routes = appOf(city).routes.filter((route) => route.method === method);
  return [...new Set(routes.map(({ path }) => path))].sort();
}
