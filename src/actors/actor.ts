// Who speaks on the fediverse, and the law of handles. Pure: no SQL, no request, no clock.
import { refuseUnless } from "../platform/refusal.ts";

export type ActorKind = "node" | "organisation" | "residents" | "process" | "resident" | "discussion" | "stranger";
export type ActorType = "Application" | "Group" | "Organization" | "Person" | "Service";

export interface Actor {
  readonly id: string;
  readonly uri: string;
  /** Null for an actor of this node, else the origin that owns it. */
  readonly origin: string | null;
  readonly kind: ActorKind;
  readonly type: ActorType;
  readonly handle: string;
  readonly host: string;
  readonly name: string;
  /** Cleaned HTML when remote, plain text when local. */
  readonly summary: string;
  readonly url: string | null;
  readonly iconUrl: string | null;
  readonly inboxUri: string;
  readonly sharedInboxUri: string | null;
  /** The URI of the process a remote actor has been recognised as. */
  readonly processUri: string | null;
  readonly followersCount: number;
  readonly goneAt: Date | null;
}

/** A public key an actor of another server is known by: PEM (RSA) or Multikey (Ed25519), under its id. */
export interface ActorKey {
  readonly id: string;
  readonly key: string;
}

/** What a remote server says of one of its actors, already checked against its own origin. */
export type RemoteActor = Omit<Actor, "id" | "origin" | "kind" | "followersCount" | "goneAt" | "processUri">;

/** The type each kind of local actor has on the wire. */
export const typeOfKind = {
  node: "Application",
  organisation: "Organization",
  residents: "Group",
  process: "Group",
  resident: "Person",
  discussion: "Group",
} as const satisfies Record<Exclude<ActorKind, "stranger">, ActorType>;

/** `@name@host`, as people write it. */
export const addressOf = (actor: Pick<Actor, "handle" | "host">): string => `@${actor.handle}@${actor.host}`;

export const isLocal = (actor: Pick<Actor, "origin">): boolean => actor.origin === null;

/** People get a handful of contributions an hour and a digest; institutions get each one, for their copy. */
export const isInstitution = (type: ActorType): boolean => type !== "Person";

export const handleLengthMax = 30;

// What Mastodon accepts as preferredUsername, lower case only: handles are unique whatever the case.
const HANDLE = /^[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*$/;

const reserved = new Set(
  (
    "about account admin administrator api auth everyone feed follow help here host hostmaster inbox info koinon login " +
    "logout mailbox mastodon me moderator network new news node none null office official postmaster privacy report root " +
    "search security settings sign-in residents staff status support system undefined uploads webmaster"
  ).split(" "),
);

/** @throws Refused `handle-invalid` for what other servers would not accept, `handle-taken` for a reserved word. */
export function checkHandle(handle: string): string {
  refuseUnless(handle.length <= handleLengthMax && HANDLE.test(handle), "handle-invalid", { field: "handle" });
  const isTaken = reserved.has(handle) || discussionTailOf(handle) !== null;
  refuseUnless(!isTaken, "handle-taken", { field: "handle", handle });
  return handle;
}

/** The discussion of a proposal has a handle made from the random half of its id, whether anyone follows it or not. */
export const discussionHandleOf = (proposalId: string): string =>
  `discussion-${proposalId.replaceAll("-", "").slice(16)}`;

/** What is left of the proposal's id in the handle of its discussion; null for any other handle. */
export const discussionTailOf = (handle: string): string | null =>
  /^discussion-([0-9a-f]{16})$/.exec(handle)?.[1] ?? null;

/** A handle made from a title: `Vélos & rues, 2026` → `velos-rues-2026`. Empty when nothing of it can be kept. */
export function handleFrom(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, handleLengthMax)
    .replace(/^-+|-+$/g, "");
}

export type PeerPolicy = "allowed" | "limited" | "blocked";
export type FollowState = "requested" | "accepted" | "rejected";
