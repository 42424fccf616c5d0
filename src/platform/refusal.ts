// What the law of the house says no to. Codes are a closed list; their words are in the locales (`refusal.<code>`).

/** HTTP status per code: what a page, a server or a script is told. */
const statusOf = {
  "not-found": 404,
  gone: 410,
  "sign-in-first": 401,
  "not-allowed": 403,
  "not-verified": 403,
  "form-expired": 403,
  "phase-closed": 409,
  "not-in-this-state": 409,
  "coauthor-limit": 409,
  "invitation-limit": 409,
  "host-too-wide": 422,
  "draft-limit": 409,
  "support-limit": 409,
  "edit-window-over": 409,
  "already-exists": 409,
  "last-administrator": 409,
  "changed-meanwhile": 409,
  "category-over": 409,
  "handle-taken": 409,
  "name-official": 409,
  "handle-invalid": 422,
  "link-expired": 410,
  "attempt-expired": 410,
  "attempt-elsewhere": 409,
  "identity-elsewhere": 409,
  "identity-limit": 409,
  "last-way-in": 409,
  "email-link-expired": 410,
  "email-taken": 409,
  "email-known": 409,
  "passkey-refused": 403,
  "passkey-blocked": 403,
  "passkey-unverified": 403,
  "identity-changed": 409,
  "no-sign-in-api": 422,
  "client-forgotten": 502,
  "provider-denied": 403,
  "provider-refused": 502,
  "provider-mismatch": 502,
  "provider-clock": 502,
  "method-off": 409,
  "number-invalid": 422,
  "number-taken": 409,
  "number-differs": 409,
  "not-on-list": 422,
  "census-attempts": 429,
  "census-number-busy": 429,
  "census-asks-nothing": 409,
  "census-busy": 409,
  "census-columns": 422,
  "census-line": 422,
  "census-empty-line": 422,
  "census-value": 422,
  "census-twice": 422,
  "census-encoding": 422,
  "census-empty": 422,
  "census-too-long": 422,
  "census-interrupted": 500,
  "address-invalid": 422,
  "letters-limit": 429,
  "letters-address-limit": 429,
  "letters-number-limit": 429,
  "letter-not-enough": 409,
  "code-wrong": 422,
  "code-over": 410,
  "email-code-wrong": 422,
  "email-code-over": 410,
  "reason-missing": 422,
  "assist-over": 409,
  "not-while-assisting": 403,
  "invalid-input": 422,
  "phases-overlap": 422,
  "phase-reason-needed": 422,
  "not-ready": 409,
  "template-unreadable": 422,
  "phase-ends-before-start": 422,
  "image-unreadable": 422,
  "document-unreadable": 422,
  "too-large": 413,
  "too-many-requests": 429,
  "words-refused": 422,
  "list-line": 422,
  "list-columns": 422,
  "peer-blocked": 403,
  "peer-unreachable": 502,
  "peer-too-slow": 504,
  "address-forbidden": 422,
  "push-address": 422,
  "not-an-actor": 422,
  "unsupported-object": 422,
  forged: 401,
} as const;

export type RefusalCode = keyof typeof statusOf;

/** Says no for a reason a person can act on. Never for a fault: faults are plain errors. */
export class Refused extends Error {
  readonly code: RefusalCode;
  /** Values for the message in the locale, and `field` where one input is meant. */
  readonly params: Readonly<Record<string, string | number>>;

  constructor(code: RefusalCode, params: Record<string, string | number> = {}, options?: ErrorOptions) {
    super(code, options);
    this.name = "Refused";
    this.code = code;
    this.params = params;
  }

  get status(): (typeof statusOf)[RefusalCode] {
    return statusOf[this.code];
  }
}

export function refuseUnless(
  condition: unknown,
  code: RefusalCode,
  params: Record<string, string | number> = {},
): asserts condition {
  if (!condition) throw new Refused(code, params);
}

export const refusalCodes = Object.keys(statusOf) as RefusalCode[];
