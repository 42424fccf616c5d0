// The way to an identity provider: what it says of itself is not believed of others, and whether it is there is said.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openGuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { openOpenIdProvider } from "../../src/platform/openid.ts";
import { openTestProvider, type TestProvider } from "../support/openid-provider.ts";

let provider: TestProvider;
beforeAll(async () => {
  provider = await openTestProvider({ redirectUris: ["http://bilbao.localhost/x"] });
});
afterAll(() => provider[Symbol.asyncDispose]());
beforeEach(() => {
  provider.bending = {};
});

const settings = () => ({
  issuer: provider.issuer,
  clientId: provider.clientId,
  clientSecret: provider.clientSecret,
  name: "Bilbao ID",
  scopes: "openid",
});
const asked = {
  state: "s",
  nonce: "n",
  codeVerifier: "v",
  redirectUri: "http://bilbao.localhost/x",
  locale: "en",
};
const openAt = (permittedOrigins: readonly string[], limits = {}) =>
  openGuardedFetch({ permittedOrigins, userAgent: "test", limits });

describe("a provider that", () => {
  test("says of itself that it is another issuer is not gone to", async () => {
    await using client = openAt([provider.issuer]);
    provider.bending = { metadata: (said) => ({ ...said, issuer: "https://id.elsewhere.example" }) };
    const other = openOpenIdProvider(client, settings());
    await expect(other.authorizationUrl(asked)).rejects.toMatchObject({ code: "provider-mismatch" });
    // And once it is mended, without a restart.
    provider.bending = {};
    expect(await other.authorizationUrl(asked)).toContain(`${provider.issuer}/auth?`);
  });

  test("is asleep, or down, or on this machine without being permitted, is said to be so", async () => {
    await using client = openAt([provider.issuer, "http://localhost:1"]);
    provider.bending = { isAsleep: true };
    await using impatient = openAt([provider.issuer], { totalMs: 1_000 });
    await expect(openOpenIdProvider(impatient, settings()).authorizationUrl(asked)).rejects.toMatchObject({
      code: "peer-too-slow",
    });
    const down = openOpenIdProvider(client, { ...settings(), issuer: "http://localhost:1" });
    await expect(down.authorizationUrl(asked)).rejects.toMatchObject({ code: "peer-unreachable" });
    await using strict = openAt([]);
    await expect(openOpenIdProvider(strict, settings()).authorizationUrl(asked)).rejects.toMatchObject({
      code: "address-forbidden",
    });
  });
});
