// Ports for the nodes: whether they are free, and three in a row that are.
import { createServer } from "node:net";

export const nodesCount = 3;
export const firstPortAtFirst = 8001;
const stepBetweenTries = 10;
const triesMax = 100;

export const rowFrom = (first: number): number[] => Array.from({ length: nodesCount }, (_, index) => first + index);

/** Those of the ports that some program already answers on. */
export async function takenPorts(ports: readonly number[]): Promise<number[]> {
  const taken = await Promise.all(ports.map(isTaken));
  return ports.filter((_, index) => taken[index]);
}

/** The first row of free ports from here upwards. */
export async function freeRow(first: number): Promise<number[]> {
  for (let attempt = 0; attempt < triesMax; attempt++) {
    const row = rowFrom(first + attempt * stepBetweenTries);
    if (row.every((port) => port <= 65_535) && (await takenPorts(row)).length === 0) return row;
  }
  throw new Error(`No ${nodesCount} free ports in a row from ${first} on: choose others with --port NUMBER`);
}

/** On either loopback address: a browser may take `localhost` for the one or the other. */
async function isTaken(port: number): Promise<boolean> {
  const answers = await Promise.all(["127.0.0.1", "::1"].map((host) => cannotListen(port, host)));
  return answers.includes("EADDRINUSE") || answers.includes("EACCES");
}

const cannotListen = (port: number, host: string): Promise<string | null> =>
  new Promise((answer) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => answer(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => answer(null)));
  });
