// A publisher of records that is nobody's node: its keys are real, and what it says need not be.
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { canonicalText } from "../../src/platform/canonical.ts";
import { signDocument } from "../../src/platform/data-integrity.ts";
import type { CopySource } from "../../src/records/copy-actions.ts";
import type { TrustedKey } from "../../src/records/known-key.ts";
import { defaultLicense, type Json, RECORD_CONTEXT } from "../../src/records/record.ts";

/** A city that signs whatever it likes. */
export function openLiar(host: string, now: () => Date) {
  const publisher = `https://${host}/actors/city`;
  const pair = generateKeyPairSync("ed25519");
  const verificationMethod = `${publisher}#key`;
  const sign = (document: Json, key: KeyObject = pair.privateKey): string =>
    canonicalText(signDocument(document, { key, verificationMethod, created: now() }));
  const said = (more: Json): Json => ({
    "@context": RECORD_CONTEXT,
    type: "MeetingRecord",
    subject: `https://${host}/meetings/1`,
    publisher,
    epoch: 1,
    version: 1,
    recorded: now().toISOString(),
    license: defaultLicense,
    standing: "shown",
    data: {},
    ...more,
  });
  const keys = new Map<string, TrustedKey>([[verificationMethod, { key: pair.publicKey, trust: "live", named: null }]]);
  const source: CopySource = {
    from: `https://${host}`,
    ownOrigin: "https://porto.test",
    keys,
    scope: { uri: publisher, publisher },
  };
  return { publisher, source, record: (more: Json = {}) => sign(said(more)), sign, said, key: pair.privateKey };
}
