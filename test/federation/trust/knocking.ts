// Requests at the inbox door, for the tests of the guard.
import { readdirSync, readFileSync } from "node:fs";
import { type GuardOptions, guardInbox, type Knock } from "../../../federation/trust/guard.ts";

export const mayor = "https://victim.example/u/mayor";
export const as2 = "https://www.w3.org/ns/activitystreams";

export type Json = Record<string, unknown>;

export function aCreate(overrides: Json = {}): Json {
  return {
    "@context": as2,
    id: "https://victim.example/act/1",
    type: "Create",
    actor: mayor,
    object: { id: "https://victim.example/n/1", type: "Note", attributedTo: mayor, content: "Hello" },
    ...overrides,
  };
}

/** Headers as a signer writes them; the signature itself is none. */
export function claimHeaders(keyId: string, overrides: Record<string, string> = {}): Record<string, string> {
  return {
    "content-type": "application/activity+json",
    date: new Date().toUTCString(),
    digest: "SHA-256=AAAA",
    signature: `keyId="${keyId}",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"`,
    ...overrides,
  };
}

export function inboxPost(body: unknown, headers: Record<string, string>): Request {
  const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  return new Request("http://10.0.0.7:3000/inbox", { method: "POST", headers, body: text as string });
}

export const guardOptions: GuardOptions = {
  origin: "https://city.example",
  permittedOrigins: [],
  standingOf: () => "allowed",
};

export async function knock(
  activity: unknown,
  headers: Record<string, string> = claimHeaders(`${mayor}#main-key`),
  options: Partial<GuardOptions> = {},
): Promise<Knock | Response> {
  return await guardInbox(inboxPost(activity, headers), { ...guardOptions, ...options });
}

/** 0 for a request let through, else the status. */
export async function statusOf(outcome: Promise<Knock | Response>): Promise<number> {
  const answer = await outcome;
  return answer instanceof Response ? answer.status : 0;
}

const recorded = new URL("../../../../shared/data/interop/", import.meta.url);

/** The recorded payloads by path, or null where the data folder is absent. */
export function recordedPayloads(): Map<string, Json> | null {
  try {
    const names = readdirSync(recorded, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
    return new Map(names.map((name) => [name, JSON.parse(readFileSync(new URL(name, recorded), "utf8")) as Json]));
  } catch {
    return null;
  }
}

export function recordedFile(name: string): Json | null {
  try {
    return JSON.parse(readFileSync(new URL(name, recorded), "utf8")) as Json;
  } catch {
    return null;
  }
}
