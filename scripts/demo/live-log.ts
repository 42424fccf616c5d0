// What the nodes tell each other, as lines for people: 12:03:04  Montclar → Medina  Create  proposal «Ombra a la plaça»
import type { Pool } from "../../src/platform/db.ts";
import { clip } from "../../src/platform/text.ts";
import type { DemoNode } from "./cast.ts";
import type { LogLine } from "./node-process.ts";

const titleLengthMax = 70;
const paint = (code: string, text: string) => (process.stdout.isTTY ? `\x1b[${code}m${text}\x1b[0m` : text);
const dim = (text: string) => paint("2", text);

export interface LiveLog {
  /** Takes a line of a node's log; those that are of interest are shown in the order in which they came. */
  take(node: DemoNode, line: LogLine): void;
  /** Lines that come before this are kept back until it is called. */
  open(): void;
  /** Resolves when all that was taken has been shown. */
  settled(): Promise<void>;
}

/** @param databaseOf where a title can be read from. */
export function openLiveLog(
  nodes: readonly DemoNode[],
  databaseOf: (node: DemoNode) => Pool,
  write: (line: string) => void = (line) => console.log(line),
): LiveLog {
  const opening = Promise.withResolvers<void>();
  let before: Promise<unknown> = opening.promise;
  const nodeAt = (uri: unknown) =>
    typeof uri === "string" && URL.canParse(uri)
      ? nodes.find(({ origin }) => origin === new URL(uri).origin)
      : undefined;

  const titleOf = async (uri: unknown): Promise<string> => {
    const owner = nodeAt(uri);
    if (owner === undefined) return "";
    const sql = databaseOf(owner);
    const [thing] = await sql<{ kind: string; title: string; authorName: string }[]>`
      select kind, title, author_name from subject where uri = ${uri as string}`;
    if (thing?.kind === "comment") return `comment by ${thing.authorName}`;
    if (thing !== undefined) return `${thing.kind} «${clip(thing.title, titleLengthMax)}»`;
    const [actor] = await sql<{ name: string }[]>`select name from actor where uri = ${uri as string}`;
    if (actor !== undefined) return `«${clip(actor.name, titleLengthMax)}»`;
    // What is passed on is an activity of somebody's.
    const [activity] = await sql<{ type: string; subjectUri: string }[]>`
      select activity ->> 'type' as type, subject_uri from outgoing_activity where uri = ${uri as string}`;
    return activity === undefined ? "" : `of ${activity.type} ${await titleOf(activity.subjectUri)}`;
  };

  const describe = async (node: DemoNode, line: LogLine): Promise<string | null> => {
    const time = dim(new Date(line.time).toTimeString().slice(0, 8));
    if (line.category === "koinon.federation" && typeof line.type === "string" && typeof line.actor === "string") {
      const from = nodeAt(line.actor)?.name ?? new URL(line.actor).host;
      // What is accepted is a follow of the one who accepts.
      const what = await titleOf(line.type === "Accept" || line.type === "Reject" ? line.actor : line.object);
      const verdict = line.verdict === "done" ? "" : dim(`  (${line.verdict}${line.reason ? `: ${line.reason}` : ""})`);
      return `${time}  ${paint("36", from)} → ${paint("36", node.name)}  ${line.type}  ${what}${verdict}`;
    }
    if (/^Mail in \/mailbox/.test(line.message)) {
      return `${time}  ${paint("36", node.name)}  mail «${line.subject}» kept in ${node.origin}/mailbox`;
    }
    if (line.level === "warning" || line.level === "error" || line.level === "fatal") {
      return `${time}  ${paint("33", `${node.name} ${line.level}`)}  ${line.message}`;
    }
    return null;
  };

  return {
    take(node, line) {
      const described = describe(node, line).catch((error: Error) => `${node.name}: ${error.message}`);
      before = before.then(async () => {
        const text = await described;
        if (text !== null) write(text);
      });
    },
    open: () => opening.resolve(),
    settled: async () => void (await before),
  };
}
