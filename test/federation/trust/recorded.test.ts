// Recorded payloads of real servers pass the door: nothing legitimate is lost for its context or its shape.
import { Activity } from "@fedify/vocab";
import { describe, expect, it } from "vitest";
import { contextLoader } from "../../../federation/trust/contexts.ts";
import { as2, claimHeaders, type Json, knock, recordedPayloads } from "./knocking.ts";

const payloads = recordedPayloads();

/** Refused with reason, by the rules on origins; everything else recorded is to pass. */
const refusedFor: Record<string, string> = {
  "misskey/like.json": "the id is not on the actor's origin",
  "mobilizon/event_join.json": "the id is not on the actor's origin",
  // A specification example without an id.
  "fep/e232.json": "needs one actor and an id, both https addresses",
};

const notObjects = new Set(["hostile/webfinger_spoof.json", "wordpress/nodeinfo_event_bridge.json"]);

/** Ids over https, since recordings come from test servers too; contexts stay as they are. */
function overHttps(value: unknown, key = ""): unknown {
  if (key === "@context") return value;
  if (typeof value === "string") return value.replace(/^http:\/\//, "https://");
  if (Array.isArray(value)) return value.map((item) => overHttps(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, overHttps(member, name)]));
}

/** The payload as an activity: objects in a Create by someone of their own server. */
function asActivity(payload: Json): Json {
  const json = overHttps(payload) as Json;
  // Some were recorded without the context that gives their terms a meaning.
  const contexts = [json["@context"] ?? []].flat();
  if (!contexts.includes(as2)) json["@context"] = [as2, ...contexts];
  if (json.actor !== undefined) return json;
  const { origin } = new URL(String(json.id));
  const { "@context": context, ...object } = json;
  return { "@context": context, id: `${origin}/act/1`, type: "Create", actor: `${origin}/actor`, object };
}

describe.skipIf(!payloads)("recorded payloads (../shared/data/interop)", () => {
  const named = [...(payloads ?? [])].filter(([name]) => !name.startsWith("signatures/") && !notObjects.has(name));

  it.each(named)("%s", async (name, payload) => {
    // Placeholders of the program the payload was cut from.
    const text = JSON.stringify(payload).replaceAll(/` \+ [^`]*`/g, "https://fossbros-anonymous.io/x");
    const activity = asActivity(JSON.parse(text) as Json);
    const actor = activity.actor as string | { id: string };
    const keyId = `${typeof actor === "string" ? actor : actor.id}#main-key`;
    const outcome = await knock(activity, claimHeaders(keyId));
    if (outcome instanceof Response) {
      expect([name, (await outcome.text()).trim()]).toEqual([name, refusedFor[name]]);
      return;
    }
    expect(refusedFor).not.toHaveProperty([name]);
    // What was read plainly is what the JSON-LD reader sees.
    const parsed = await Activity.fromJsonLd(activity, { contextLoader }).catch((error: unknown) => error);
    if (!(parsed instanceof Activity)) return;
    expect(parsed.actorIds.map(({ href }) => href)).toEqual([outcome.actor.href]);
    expect(parsed.id?.href).toBe(outcome.id.href);
  });
});
