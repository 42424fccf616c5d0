// What the signature headers of an inbox request say, read strictly: which key, which parts of the request, and since
// when. Both dialects: draft-cavage-12 and RFC 9421. Whether it is true is found out in verify.ts.

export interface HttpSignature {
  readonly keyId: string;
  /** As the signer names it, lower case; null where the key decides. */
  readonly algorithm: string | null;
  /** Header names and derived components, in the order of signing. */
  readonly covered: readonly string[];
  /** In seconds since 1970; null where the signer gave none. */
  readonly created: number | null;
  readonly expires: number | null;
  readonly value: Buffer;
  /** The last line of an RFC 9421 signature base; null in draft-cavage. */
  readonly signatureParams: string | null;
}

export type SignatureClaim =
  | { readonly kind: "none" }
  | { readonly kind: "refused"; readonly reason: string }
  /** Well-formed and covering method, address, time and body. Several only under RFC 9421; all of them must hold. */
  | { readonly kind: "claimed"; readonly signatures: readonly HttpSignature[] };

const signaturesMax = 4;
const headerLengthMax = 8_000;

export function readSignatureClaim(headers: Headers): SignatureClaim {
  const signature = headers.get("signature");
  const input = headers.get("signature-input");
  if (signature === null && input === null) return { kind: "none" };
  if (signature === null) return refused("no Signature header");
  if (signature.length + (input?.length ?? 0) > headerLengthMax) return refused("signature headers too long");
  return input === null ? readCavage(signature, headers) : readRfc9421(input, signature);
}

function refused(reason: string): SignatureClaim {
  return { kind: "refused", reason };
}

/** Seconds since 1970 that a date type can hold: up to the year 5138. */
const epochSeconds = /^\d{1,11}$/;
/** A header's name, a derived component of RFC 9421, or one of draft-cavage's in parentheses. */
const componentName = /^(?:@?[a-z0-9!#$%&'*+.^_|~`-]+|\((?:request-target|created|expires)\))$/;
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
  const value = parameters.get("signature") ?? "";
  if (!base64.test(value)) return refused("signature is not base64");
  const covered = (parameters.get("headers") ?? "").toLowerCase().split(/\s+/);
  if (!covered.every((name) => componentName.test(name))) return refused("headers");
  for (const name of ["(request-target)", "host", "date", "digest"]) {
    if (!covered.includes(name)) return refused(`${name} not signed`);
  }
  if (Number.isNaN(Date.parse(headers.get("date") ?? ""))) return refused("Date");
  const times: (number | null)[] = [];
  for (const name of ["created", "expires"]) {
    const seconds = parameters.get(name);
    if (seconds !== undefined && !epochSeconds.test(seconds)) return refused(name);
    if (seconds === undefined && covered.includes(`(${name})`)) return refused(name);
    times.push(seconds === undefined ? null : Number(seconds));
  }
  return {
    kind: "claimed",
    signatures: [
      {
        keyId,
        algorithm: parameters.get("algorithm")?.toLowerCase() ?? null,
        covered,
        created: times[0]!,
        expires: times[1]!,
        value: Buffer.from(value, "base64"),
        signatureParams: null,
      },
    ],
  };
}

// The part of RFC 8941 that signatures use, written strictly, so that no other parser can read the header otherwise.
const string = String.raw`"[\x20\x21\x23-\x5b\x5d-\x7e]*"`;
const label = "[a-z*][a-z0-9_.*-]*";
const parameter = String.raw`;\s*[a-z*][a-z0-9_.*-]*=(?:${string}|-?\d{1,15}|[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_|~\x60-]*)`;
const inputMember = new RegExp(String.raw`^\s*(${label})=(\(\s*((?:${string}\s*)*)\)((?:${parameter})*))\s*(?:,|$)`);
const signatureMember = new RegExp(String.raw`^\s*(${label})=:([A-Za-z0-9+/]+={0,2}):\s*(?:,|$)`);
const item = new RegExp(string, "g");
const oneMemberParameter = /;\s*([a-z*][a-z0-9_.*-]*)=(?:"([^"]*)"|([^;]*))/g;

function readRfc9421(input: string, signature: string): SignatureClaim {
  const members = dictionary(input, inputMember);
  const values = dictionary(signature, signatureMember);
  if (!members || !values || members.size === 0) return refused("Signature-Input");
  const signatures: HttpSignature[] = [];
  for (const [name, [, , signatureParams, components, written]] of members) {
    const covered = [...components!.matchAll(item)].map(([quoted]) => quoted.slice(1, -1));
    const objection = objectionToCovered(covered);
    if (objection) return refused(objection);
    const parameters = new Map<string, string>();
    for (const [, each, quoted, bare] of written!.matchAll(oneMemberParameter)) {
      if (parameters.has(each!)) return refused(`${each} twice`);
      parameters.set(each!, quoted ?? bare ?? "");
    }
    const keyId = parameters.get("keyid");
    const value = values.get(name)?.[2];
    if (!keyId) return refused("no keyid");
    if (value === undefined) return refused("no signature of that label");
    const [created, expires] = [parameters.get("created"), parameters.get("expires")];
    if (created === undefined || !epochSeconds.test(created)) return refused("created");
    if (expires !== undefined && !epochSeconds.test(expires)) return refused("expires");
    signatures.push({
      keyId,
      algorithm: parameters.get("alg")?.toLowerCase() ?? null,
      covered,
      created: Number(created),
      expires: expires === undefined ? null : Number(expires),
      value: Buffer.from(value, "base64"),
      signatureParams: signatureParams!,
    });
  }
  return { kind: "claimed", signatures };
}

/** The members of a header by label, or null where one is malformed, repeated or too many. */
function dictionary(header: string, member: RegExp): Map<string, RegExpExecArray> | null {
  const members = new Map<string, RegExpExecArray>();
  for (let rest = header; rest.trim() !== ""; ) {
    const match = member.exec(rest);
    if (!match || members.has(match[1]!) || members.size >= signaturesMax) return null;
    members.set(match[1]!, match);
    rest = rest.slice(match[0].length);
    if (rest.trim() === "" && match[0].endsWith(",")) return null;
  }
  return members;
}

function objectionToCovered(covered: readonly string[]): string | null {
  const has = (name: string) => covered.includes(name);
  if (!covered.every((name) => componentName.test(name))) return "component";
  if (new Set(covered).size !== covered.length) return "component twice";
  if (!has("@method")) return "@method not signed";
  if (!has("@target-uri") && !(has("@authority") && (has("@path") || has("@request-target")))) {
    return "@target-uri not signed";
  }
  return has("content-digest") ? null : "content-digest not signed";
}
