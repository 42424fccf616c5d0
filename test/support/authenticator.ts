// An authenticator in software: makes passkeys and signs with them, as a device does, for tests that need no browser.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();
const b64 = (data: Buffer | string): string => Buffer.from(data).toString("base64url");

/** CBOR heads (RFC 8949) for lengths up to 65535, which is all that is needed here. */
const head = (major: number, length: number): Buffer =>
  length < 24
    ? Buffer.from([(major << 5) | length])
    : length < 256
      ? Buffer.from([(major << 5) | 24, length])
      : Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
const bytes = (data: Buffer): Buffer => Buffer.concat([head(2, data.length), data]);
const text = (data: string): Buffer => Buffer.concat([head(3, data.length), Buffer.from(data)]);

const userPresent = 0x01;
const userVerified = 0x04;
const hasNewKey = 0x40;

export interface SoftPasskey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly userHandle: string;
  counter: number;
}

export interface Device {
  readonly origin: string;
  readonly rpId: string;
  /** Whether it asks for a PIN or the like. */
  readonly verifies?: boolean;
}

const clientData = (type: string, challenge: string, { origin }: Device): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

function authenticatorData({ rpId, verifies = true }: Device, counter: number, more: Buffer = Buffer.alloc(0)): Buffer {
  const flags = userPresent | (verifies ? userVerified : 0) | (more.length > 0 ? hasNewKey : 0);
  const counted = Buffer.alloc(4);
  counted.writeUInt32BE(counter);
  return Buffer.concat([sha256(rpId), Buffer.from([flags]), counted, more]);
}

/** Makes a passkey that counts, and what the browser would post for it. */
export function makePasskey(
  device: Device,
  options: { challenge: string; user: { id: string } },
): { passkey: SoftPasskey; answer: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = publicKey.export({ format: "jwk" }) as { x: string; y: string };
  const id = randomBytes(32);
  const coseKey = Buffer.concat([
    Buffer.from("a5010203262001", "hex"),
    Buffer.concat([Buffer.from([0x21]), bytes(Buffer.from(x, "base64url"))]),
    Buffer.concat([Buffer.from([0x22]), bytes(Buffer.from(y, "base64url"))]),
  ]);
  const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, coseKey]);
  const attestation = Buffer.concat([
    head(5, 3),
    ...[text("fmt"), text("none"), text("attStmt"), head(5, 0)],
    ...[text("authData"), bytes(authenticatorData(device, 1, credential))],
  ]);
  const passkey = { id: b64(id), privateKey, userHandle: options.user.id, counter: 1 };
  const response = {
    clientDataJSON: b64(clientData("webauthn.create", options.challenge, device)),
    attestationObject: b64(attestation),
    transports: ["internal"],
  };
  return { passkey, answer: JSON.stringify({ id: passkey.id, rawId: passkey.id, type: "public-key", response }) };
}

/** Signs a challenge, and counts. What the browser would post. */
export function usePasskey(device: Device, passkey: SoftPasskey, options: { challenge: string }): string {
  passkey.counter += 1;
  const clientDataJSON = clientData("webauthn.get", options.challenge, device);
  const data = authenticatorData(device, passkey.counter);
  const signature = sign("sha256", Buffer.concat([data, sha256(clientDataJSON)]), passkey.privateKey);
  const response = {
    clientDataJSON: b64(clientDataJSON),
    authenticatorData: b64(data),
    signature: b64(signature),
    userHandle: passkey.userHandle,
  };
  return JSON.stringify({ id: passkey.id, rawId: passkey.id, type: "public-key", response });
}
