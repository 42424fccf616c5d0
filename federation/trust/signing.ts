// HTTP signatures of our own requests, in both dialects, over the parts that every peer asks for. RSA only: peers
// verify nothing else on requests.
import { createHash, type KeyObject, sign } from "node:crypto";
import type { SignatureDialect } from "./documents.ts";

export interface Signer {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

export interface Unsigned {
  readonly method: "POST";
  readonly url: URL;
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** The headers to send: those signed, and the signature over them. The host is added by the connection, as signed here. */
export async function signedHeaders(
  request: Unsigned,
  signer: Signer,
  dialect: SignatureDialect,
  at: Date,
): Promise<Headers> {
  const digest = createHash("sha256").update(request.body).digest("base64");
  return dialect === "rfc9421" ? await rfc9421(request, signer, digest, at) : await cavage(request, signer, digest, at);
}

/** draft-cavage-http-signatures-12, as Mastodon signs. */
async function cavage({ method, url, contentType }: Unsigned, { keyId, privateKey }: Signer, digest: string, at: Date) {
  const headers = new Headers({ date: at.toUTCString(), digest: `SHA-256=${digest}`, "content-type": contentType });
  const covered = "(request-target) host date digest content-type";
  const base = [
    `(request-target): ${method.toLowerCase()} ${url.pathname}${url.search}`,
    `host: ${url.host}`,
    `date: ${headers.get("date")}`,
    `digest: ${headers.get("digest")}`,
    `content-type: ${contentType}`,
  ].join("\n");
  const signature = await rsaSha256(privateKey, base);
  headers.set("signature", `keyId="${keyId}",algorithm="rsa-sha256",headers="${covered}",signature="${signature}"`);
  return headers;
}

/** RFC 9421. */
async function rfc9421(
  { method, url, contentType }: Unsigned,
  { keyId, privateKey }: Signer,
  digest: string,
  at: Date,
) {
  const headers = new Headers({
    date: at.toUTCString(),
    "content-digest": `sha-256=:${digest}:`,
    "content-type": contentType,
  });
  const created = Math.floor(at.getTime() / 1000);
  const params = `("@method" "@target-uri" "content-digest" "content-type");created=${created};keyid="${keyId}";alg="rsa-v1_5-sha256"`;
  const base = [
    `"@method": ${method}`,
    `"@target-uri": ${url.href}`,
    `"content-digest": ${headers.get("content-digest")}`,
    `"content-type": ${contentType}`,
    `"@signature-params": ${params}`,
  ].join("\n");
  headers.set("signature-input", `sig1=${params}`);
  headers.set("signature", `sig1=:${await rsaSha256(privateKey, base)}:`);
  return headers;
}

/** Off the main thread: it is the one costly step of a delivery. */
function rsaSha256(key: KeyObject, base: string): Promise<string> {
  return new Promise((resolve, reject) => {
    sign("sha256", Buffer.from(base), key, (error, signature) =>
      error ? reject(error) : resolve(signature.toString("base64")),
    );
  });
}
