// How far a long work in a terminal has come: one line, which appears only if the work takes its time.

const quietMs = 2_000;
/** Between changes of the line: what an eye follows, and what a log bears. */
const terminalIntervalMs = 100;
const logIntervalMs = 10_000;

export interface ProgressLine {
  /** Cheap enough for every row. The text is only made when it is shown. */
  update(text: () => string): void;
  /** Takes the line away again; call it before anything else is printed. */
  clear(): void;
}

export function openProgressLine(out: NodeJS.WriteStream = process.stderr, now: () => number = Date.now): ProgressLine {
  let dueAt = now() + quietMs;
  let isShown = false;
  return {
    update(text) {
      if (now() < dueAt) return;
      dueAt = now() + (out.isTTY ? terminalIntervalMs : logIntervalMs);
      isShown = true;
      out.write(out.isTTY ? `\r\x1b[K${text()}` : `${text()}\n`);
    },
    clear() {
      if (isShown && out.isTTY) out.write("\r\x1b[K");
    },
  };
}
