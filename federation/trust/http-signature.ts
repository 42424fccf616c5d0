// What the signature headers of an inbox request must say before the signature itself is checked: which key, and that
// method, address, body and time are covered. Both dialects: draft-cavage-12 and RFC 9421.

export type SignatureClaim =
  | { readonly kind: "none" }
  | { readonly kind: "refused"; readonly reason: string }
  /** Well-formed and covering enough. More than one key only under RFC 9421, which allows several signatures. */
  | { readonly kind: "claimed"; readonly keyIds: readonly string[] };

const signaturesMax = 4;
const headerLengthMax = 8_000;

/** @param now for `expires` of RFC 9421, which Fedify 2.3 does not look at. */
export function readSignatureClaim(headers: Headers, now: Date): SignatureClaim {
  const signature = headers.get("signature");
  const input = headers.get("signature-input");
  if (signature === null && input === null) return { kind: "none" };
  if (signature === null) return refused("no Signature header");
  if (signature.length + (input?.length ?? 0) > headerLengthMax) return refused("signature headers too long");
  return input === null ? readCavage(signature, headers) : readRfc9421(input, now);
}

function refused(reason: string): SignatureClaim {
  return { kind: "refused", reason };
}

/** Seconds since 1970 that a date type can hold: up to the year 5138. */
const epochSeconds = /^\d{1,11}$/;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;
const oneParameter = /^\s*([A-Za-z]+)=(?:"([^"]*)"|(\d+))\s*$/;

function readCavage(signature: string, headers: Headers): SignatureClaim {
  const parameters = new Map<string, string>();
  for (const part of signature.split(",")) {
    const match = oneParameter.exec(part);
    if (!match) continue;
    // Two values for one parameter mean whatever the reader prefers.
    if (parameters.has(match[1]!)) return refused(`${match[1]} twice`);
    parameters.set(match[1]!, match[2] ?? match[3] ?? "");
  }
  const keyId = parameters.get("keyId");
  if (!keyId) return refused("no keyId");
  if (!base64.test(parameters.get("signature") ?? "")) return refused("signature is not base64");
  const covered = (parameters.get("headers") ?? "").split(/\s+/);
  for (const name of ["(request-target)", "host", "date", "digest"]) {
    if (!covered.includes(name)) return refused(`${name} not signed`);
  }
  if (Number.isNaN(Date.parse(headers.get("date") ?? ""))) return refused("Date");
  for (const name of ["created", "expires"]) {
    const value = parameters.get(name);
    if (value !== undefined && !epochSeconds.test(value)) return refused(name);
  }
  return { kind: "claimed", keyIds: [keyId] };
}

// The part of RFC 8941 that signatures use, written strictly, so that no other parser can read the header otherwise.
const string = String.raw`"[\x20\x21\x23-\x5b\x5d-\x7e]*"`;
const label = "[a-z*][a-z0-9_.*-]*";
const parameter = String.raw`;\s*[a-z*][a-z0-9_.*-]*=(?:${string}|-?\d{1,15}|[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_|~\x60-]*)`;
const member = new RegExp(String.raw`^\s*(${label})=\(\s*((?:${string}\s*)*)\)((?:${parameter})*)\s*(?:,|$)`);
const item = new RegExp(string, "g");
const oneMemberParameter = /;\s*([a-z*][a-z0-9_.*-]*)=(?:"([^"]*)"|([^;]*))/g;

function readRfc9421(input: string, now: Date): SignatureClaim {
  const labels = new Set<string>();
  const keyIds: string[] = [];
  let rest = input;
  while (rest.trim() !== "") {
    const match = member.exec(rest);
    if (!match) return refused("Signature-Input");
    rest = rest.slice(match[0].length);
    if (labels.has(match[1]!) || labels.size >= signaturesMax) return refused("Signature-Input");
    labels.add(match[1]!);
    const covered = [...match[2]!.matchAll(item)].map(([quoted]) => quoted.slice(1, -1));
    const objection = objectionToCovered(covered);
    if (objection) return refused(objection);
    const parameters = new Map<string, string>();
    for (const [, name, quoted, bare] of match[3]!.matchAll(oneMemberParameter)) {
      if (parameters.has(name!)) return refused(`${name} twice`);
      parameters.set(name!, quoted ?? bare ?? "");
    }
    const keyId = parameters.get("keyid");
    if (!keyId) return refused("no keyid");
    if (!epochSeconds.test(parameters.get("created") ?? "")) return refused("created");
    const expires = parameters.get("expires");
    if (expires !== undefined && !(Number(expires) * 1000 >= now.getTime())) return refused("expired");
    keyIds.push(keyId);
  }
  return keyIds.length > 0 ? { kind: "claimed", keyIds } : refused("Signature-Input");
}

function objectionToCovered(covered: readonly string[]): string | null {
  const has = (name: string) => covered.includes(name);
  if (new Set(covered).size !== covered.length) return "component twice";
  if (!has("@method")) return "@method not signed";
  if (!has("@target-uri") && !(has("@authority") && (has("@path") || has("@request-target")))) {
    return "@target-uri not signed";
  }
  return has("content-digest") ? null : "content-digest not signed";
}
