// Putting questions to a person, or to the flags when nobody is there to answer.
import { createInterface } from "node:readline/promises";
import type { Answers, Question } from "./questions.ts";

export interface Terminal {
  /** @throws Error when the person ends the conversation, with Ctrl-C or Ctrl-D. */
  ask(text: string): Promise<string>;
  say(text: string): void;
  close(): void;
}

/** Null where nobody can answer. */
export function openTerminal(): Terminal | null {
  if (!process.stdin.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new AbortController();
  lines.once("close", () => ended.abort());
  const ask = async (text: string) => {
    try {
      return await lines.question(text, { signal: ended.signal });
    } catch (cause) {
      throw new Error("\nStopped: nothing has been founded", { cause });
    }
  };
  return { ask, say: (text) => console.log(text), close: () => lines.close() };
}

/**
 * The answers to all questions that have a meaning. With a terminal each one that no flag answers is asked until its answer
 * is one; without, fallbacks are taken.
 *
 * @throws Error with one line per flag that is wrong or missing.
 */
export async function answersTo(
  questions: readonly Question[],
  flags: Answers,
  terminal: Terminal | null,
): Promise<Answers> {
  let answers: Answers = {};
  const problems: string[] = [];
  for (const question of questions) {
    if (question.isNeeded && !question.isNeeded(answers)) continue;
    const answer = await answerTo(question, flags[question.flag], answers, terminal);
    if ("problem" in answer) problems.push(`--${question.flag}: ${answer.problem}`);
    else answers = { ...answers, [question.flag]: answer.text };
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return answers;
}

async function answerTo(
  question: Question,
  flag: string | undefined,
  answers: Answers,
  terminal: Terminal | null,
): Promise<{ text: string } | { problem: string }> {
  const fallback = question.fallback(answers);
  if (flag !== undefined || terminal === null) {
    const text = flag?.trim() || fallback;
    if (text === null) return { problem: `needed (${question.text})` };
    const problem = text === "" ? null : question.problem(text, answers);
    return problem === null ? { text } : { problem };
  }
  while (true) {
    const typed = (await terminal.ask(`${question.text}${fallback ? ` [${fallback}]` : ""}: `)).trim();
    const text = typed === "" ? fallback : typed;
    const problem = text === null ? "An answer is needed" : text === "" ? null : question.problem(text, answers);
    if (text !== null && problem === null) return { text };
    terminal.say(`  ${problem}`);
  }
}
