// Fedify's message queue on the job table: at least once, in order by key, without private keys at rest.
import type { webcrypto } from "node:crypto";
import type {
  MessageQueue,
  MessageQueueDepth,
  MessageQueueEnqueueOptions,
  MessageQueueListenOptions,
} from "@fedify/fedify";
import type { Pool } from "../../src/platform/db.ts";
import { type JobLog, runJobs } from "../../src/platform/job-worker.ts";
import {
  enqueue,
  GiveUp,
  type Handler,
  type Handlers,
  type Job,
  jobDepth,
  Later,
  patientRetry,
  type RetryPolicy,
} from "../../src/platform/jobs.ts";

export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: webcrypto.JsonWebKey;
}

/** The private keys with these ids as they are now. One that is no more is left out. */
export type KeyPairsFor = (keyIds: readonly string[]) => Promise<readonly SigningKey[]>;

export interface QueueOptions {
  /** Puts private keys back into a message; absent where the handler finds them by their names itself. */
  readonly keyPairsFor?: KeyPairsFor;
  /** For {@link JobMessageQueue.listen}. */
  readonly log: JobLog;
  /** Messages at once in one process, for {@link JobMessageQueue.listen}. */
  readonly concurrency?: number;
  readonly retry?: RetryPolicy;
  /** False where LISTEN does not work. */
  readonly notify?: boolean;
}

export type MessageHandler = (message: unknown) => Promise<void> | void;

/** A delivery waits for another server most of its time. */
const concurrencyDefault = 32;

/** A kind per type of message, so that an operator reads what waits. Only messages of other programs have no type. */
const kindOf = (message: unknown) => `fedify-${typeOf(message)}`;
const types = ["outbox", "fanout", "inbox", "message"] as const;
const kinds = types.map((type) => `fedify-${type}`);

/**
 * One queue serves all of Fedify's roles, each as jobs of its own kind.
 *
 * `nativeRetrial` is true: a delivery that fails is tried again in its place, so the later ones of its ordering key wait
 * for it. Fedify's own retry would put a copy at the end of the line, and the activities in between would overtake it. For
 * the same reason a message that Fedify enqueues again while handling it (held by the circuit breaker, or asked by the
 * other server to come back later) goes on in its place instead of at the end.
 */
export class JobMessageQueue implements MessageQueue {
  readonly nativeRetrial = true;
  readonly #pool: Pool;
  readonly #options: QueueOptions;
  /** Messages being handled, and what Fedify wants of them afterwards. */
  readonly #inHand = new Map<string, Later | null>();
  #calls: { jobs: Job[]; resolve: () => void; reject: (error: unknown) => void }[] = [];

  constructor(pool: Pool, options: QueueOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  async enqueue(message: unknown, options?: MessageQueueEnqueueOptions): Promise<void> {
    await this.enqueueMany([message], options);
  }

  async enqueueMany(
    messages: readonly unknown[],
    { delay, orderingKey }: MessageQueueEnqueueOptions = {},
  ): Promise<void> {
    const delayMs = delay ? Math.max(0, delay.total("milliseconds")) : 0;
    const fresh = messages.filter((message) => !this.#goesOn(message, delayMs));
    const runAt = delayMs > 0 ? new Date(Date.now() + delayMs) : undefined;
    await this.#insert(
      fresh.map((message) => ({ kind: kindOf(message), payload: withoutKeys(message), key: orderingKey, runAt })),
    );
  }

  /** Whether the message is in hand just now: then it is put back rather than added. */
  #goesOn(message: unknown, delayMs: number): boolean {
    const id = idOf(message);
    if (id === null || !this.#inHand.has(id)) return false;
    this.#inHand.set(id, new Later(delayMs, withoutKeys(message)));
    return true;
  }

  /** Calls of one turn share an INSERT: Fedify enqueues one by one whenever it sets an ordering key. */
  async #insert(jobs: Job[]): Promise<void> {
    if (jobs.length === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#calls.length === 0) setImmediate(() => this.#insertTurn());
    this.#calls.push({ jobs, resolve, reject });
    await promise;
  }

  /** When the INSERT fails each call tries for itself, so that a message that cannot be stored is its sender's error only. */
  async #insertTurn(): Promise<void> {
    const calls = this.#calls;
    this.#calls = [];
    const isTogether = await enqueue(
      this.#pool,
      calls.flatMap((call) => call.jobs),
    ).then(
      () => true,
      () => false,
    );
    for (const { jobs, resolve, reject } of calls) {
      if (isTogether) resolve();
      else await enqueue(this.#pool, jobs).then(resolve, reject);
    }
  }

  /** The handlers of all its kinds, for a worker that runs them beside others. */
  handlers(handler: MessageHandler): Handlers {
    const run: Handler = (payload) => this.#handle(payload, handler);
    return Object.fromEntries(kinds.map((kind) => [kind, { run, retry: this.#options.retry ?? patientRetry }]));
  }

  async #handle(payload: unknown, handler: MessageHandler): Promise<void> {
    const message = await this.#withKeys(payload);
    const id = idOf(message);
    if (id === null) return await handler(message);
    this.#inHand.set(id, null);
    try {
      await handler(message);
      const later = this.#inHand.get(id);
      if (later) throw later;
    } finally {
      this.#inHand.delete(id);
    }
  }

  async #withKeys(message: unknown): Promise<unknown> {
    const { keyPairsFor } = this.#options;
    if (keyPairsFor === undefined || !hasKeys(message) || message.keys.length === 0) return message;
    const keys = await keyPairsFor(message.keys.map((key) => key.keyId));
    if (keys.length === 0) throw new GiveUp("the sender has no keys any more");
    return { ...message, keys };
  }

  /** Resolves when the signal is aborted and what was in hand has ended. Never rejects. */
  async listen(handler: MessageHandler, { signal }: MessageQueueListenOptions = {}): Promise<void> {
    const { log, notify, concurrency = concurrencyDefault } = this.#options;
    await runJobs(this.#pool, this.handlers(handler), {
      signal: signal ?? new AbortController().signal,
      concurrency,
      log,
      notify,
      otherKinds: "any",
    });
  }

  async getDepth(): Promise<MessageQueueDepth> {
    const { ready, delayed, behind } = await jobDepth(this.#pool, kinds);
    return { queued: ready + delayed + behind, ready, delayed: delayed + behind };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const idOf = (message: unknown) => (isObject(message) && typeof message.id === "string" ? message.id : null);

const typeOf = (message: unknown) => types.find((type) => isObject(message) && message.type === type) ?? "message";

type WithKeys = Record<string, unknown> & { readonly keys: readonly { readonly keyId: string }[] };

const hasKeys = (message: unknown): message is WithKeys =>
  isObject(message) &&
  (message.type === "outbox" || message.type === "fanout") &&
  Array.isArray(message.keys) &&
  message.keys.every((key) => isObject(key) && typeof key.keyId === "string");

/** Rows are read by operators and are part of every backup: they name the keys only. */
const withoutKeys = (message: unknown): unknown =>
  hasKeys(message) ? { ...message, keys: message.keys.map(({ keyId }) => ({ keyId })) } : message;
