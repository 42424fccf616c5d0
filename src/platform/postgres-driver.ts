// postgres.js as published, with four of its lines mended while it is loaded. Everybody else imports it from here.
//
// Version 3.4.9, its newest, takes the loss of a connection badly (porsager/postgres issues 1066, 1154, 1189, 1208, 1216):
// it ends the process, or hands what was lost to the next query, or never connects again. A database that is restarted
// must cost a node some failed requests and nothing else. Once a release holds these repairs, this file can go.
import { registerHooks } from "node:module";
import type driver from "postgres";

const repairs: readonly { readonly was: string; readonly is: string }[] = [
  {
    // What is written after the close is refused to whoever wrote it, not thrown where nobody can catch it.
    was: "    const x = socket.write(chunk, fn)\n",
    is: `    if (!socket) {
      chunk = nextWriteTimer = null
      const lost = Errors.connection('CONNECTION_CLOSED', options, socket)
      query && queryError(query, lost)
      query = null
      while (sent.length)
        queryError(sent.shift(), lost)
      return true
    }
    const x = socket.write(chunk, fn)\n`,
  },
  {
    // Bytes and errors of the old connection do not reach the new one.
    was: "    socket.removeAllListeners()\n    socket = null\n",
    is: "    socket.removeAllListeners()\n    socket = null\n    chunk = nextWriteTimer = errorResponse = final = null\n",
  },
  {
    // Queries sent between a reset and its close fail too, instead of staying in the queue of the new connection.
    was: "    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n",
    is: "    if (query || sent.length) error(Errors.connection('CONNECTION_CLOSED', options, socket))\n    query = null\n",
  },
  {
    // A BEGIN reserves its connection also when it is the one that fills the pipeline.
    was: `      return write(toBuffer(q))
        && !q.describeFirst
        && !q.cursorFn
        && sent.length < max_pipeline
        && (!q.options.onexecute || q.options.onexecute(connection))
`,
    is: `      const hasRoom = write(toBuffer(q))
      return q.options.onexecute
        ? q.options.onexecute(connection)
        : hasRoom && !q.describeFirst && !q.cursorFn && sent.length < max_pipeline
`,
  },
];

function mend(source: string): string {
  return repairs.reduce((text, { was, is }) => {
    if (text.split(was).length !== 2)
      throw new Error(`postgres.js is not the version that ${import.meta.filename} mends`);
    return text.replace(was, () => is);
  }, source);
}

let isMended = false;
const hooks = registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith("/postgres/src/connection.js") || !loaded.source) return loaded;
    isMended = true;
    return { ...loaded, source: mend(Buffer.from(loaded.source as Uint8Array).toString("utf8")) };
  },
});
const loaded = (await import("postgres")) as unknown as { default: typeof driver };
hooks.deregister();
if (!isMended) throw new Error(`postgres.js was loaded before ${import.meta.filename}, which has to load it`);

export const postgres: typeof driver = loaded.default;
