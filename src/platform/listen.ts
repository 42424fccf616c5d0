// A port that answers requests, and a stop that lets the ones under way finish.
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";

/** After this, what is still open is cut off: it is slower than a person waits, and than most supervisors do. */
const finishTimeoutMs = 10_000;

export interface Listening {
  readonly port: number;
  /** Takes no new request and returns when those under way are answered, or cut off after 10 seconds. */
  close(): Promise<void>;
}

/**
 * Answers requests with `fetch`, which is also told the connection they came on.
 * @throws Error with one line that says which setting to change, where the port cannot be had.
 */
export async function listen(
  fetch: (request: Request, connection: unknown) => Response | Promise<Response>,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createAdaptorServer({ fetch }) as Server;
  await new Promise<void>((done, failed) => {
    server.once("error", (error) => failed(new Error(reasonOf(error, host, port), { cause: error })));
    server.listen(port, host, done);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const cutOff = setTimeout(() => server.closeAllConnections(), finishTimeoutMs);
  // A kept-alive connection becomes idle only after its last answer, so idle ones are closed more than once.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  try {
    await new Promise<void>((done, failed) => server.close((error) => (error ? failed(error) : done())));
  } finally {
    clearTimeout(cutOff);
    clearInterval(sweep);
  }
}

function reasonOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${port} is taken by another program: stop that one, or set PORT to a free one`;
    case "EACCES":
      return `This user may not open port ${port}: set PORT to one above 1023`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `This machine has no address ${host}: set HOST to one it has, or to 0.0.0.0 for all of them`;
    default:
      return `Cannot listen on ${host}, port ${port} (${error.code ?? error.message}): set HOST and PORT`;
  }
}
