// Figures of other processes, from the operating system: CPU time and memory of a process with all its children.
import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { Agent, get as httpGet } from "node:http";

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"]).toString());

/** A process and its descendants. */
function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (stat !== null) parents.set(Number(name), Number(stat[1]));
  }
  const members = [pid];
  for (const member of members) for (const [child, parent] of parents) if (parent === member) members.push(child);
  return members;
}

/** The fields of /proc/PID/stat after the name, which may hold blanks: state, parent, … */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** CPU milliseconds that a process, its children and those already reaped have used. */
export function cpuMsOf(pid: number): number {
  let ticks = 0;
  for (const member of family(pid)) {
    const stat = statOf(member);
    if (stat !== null) ticks += [11, 12, 13, 14].reduce((sum, field) => sum + Number(stat[field]), 0);
  }
  return (ticks / ticksPerSecond) * 1_000;
}

/** Resident memory of one process in MB, its children not counted. */
export function residentMbOf(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(match?.[1] ?? 0) / 1_024);
}

export interface Measured {
  readonly operations: number;
  readonly cpuMsEach: number;
  readonly perSecond: number;
  readonly wallMs: number;
}

/** Runs `work`, which says how many operations it did, and divides what the processes used meanwhile. */
export async function measured(pids: readonly number[], work: () => Promise<number>): Promise<Measured> {
  const before = pids.map(cpuMsOf);
  const started = performance.now();
  const operations = await work();
  const wallMs = performance.now() - started;
  const cpuMs = pids.map(cpuMsOf).reduce((sum, now, index) => sum + now - before[index]!, 0);
  return { operations, cpuMsEach: cpuMs / operations, perSecond: (operations / wallMs) * 1_000, wallMs };
}

/** GETs an address over kept connections for some time; only 200s count. */
export async function getFor(
  ms: number,
  url: string,
  headers: Record<string, string>,
  connections = 8,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = performance.now() + ms;
  let done = 0;
  const one = async () => {
    while (performance.now() < until) {
      const sent = httpGet(url, { agent, headers });
      const [response] = await once(sent, "response");
      response.resume();
      await once(response, "end");
      if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode}`);
      done++;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
  return done;
}

/** Waits until it is so, or says what it waited for. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, msMax = 120_000): Promise<void> {
  const end = performance.now() + msMax;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited ${msMax / 1_000} s for ${what}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
