// The two functions of `http_ece` that are used, which brings no types: RFC 8188 with the keys of RFC 8291.
declare module "http_ece" {
  import type { ECDH } from "node:crypto";

  export interface Sealing {
    readonly version: "aes128gcm";
    /** Of whoever is to read it; absent when decrypting, where the message names its sender's. */
    readonly dh?: Buffer;
    /** The sender's own pair, made for one message; when decrypting the reader's. */
    readonly privateKey: ECDH;
    readonly authSecret: Buffer;
  }
  export function encrypt(plain: Buffer, sealing: Sealing): Buffer;
  export function decrypt(sealed: Buffer, sealing: Sealing): Buffer;
}
