// The database of one node, from its settings: an outside server, or the embedded one started for it.
import { getLogger } from "@logtape/logtape";
import { databaseOn, ensureDatabase } from "./databases.ts";
import { connect, type DatabaseOptions, type Pool } from "./db.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";

/** A part of the node's settings; see config.ts. */
export interface DatabaseSettings {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly databaseDirectUrl: string | null;
  readonly databaseName: string;
  readonly databasePoolSizeMax: number;
  readonly databasePrepare: boolean;
}

export interface NodeDatabase extends AsyncDisposable {
  readonly sql: Pool;
  /** The same database past any pooler: for migrations, backups and listening. */
  readonly directTarget: DatabaseOptions["target"];
  readonly isEmbedded: boolean;
  /** Closes the pool, and the embedded server if it is ours. May be called twice. */
  close(): Promise<void>;
}

const log = getLogger(["koinon", "database"]);
const versionMin = 150_000;
const closeTimeoutSeconds = 10;

/**
 * Opens the node's database, without touching its tables. Starts the embedded PostgreSQL and makes the database in it
 * where no DATABASE_URL is set.
 *
 * @throws Error with one line that says which setting to change, where the database cannot be had.
 */
export async function openNodeDatabase(settings: DatabaseSettings): Promise<NodeDatabase> {
  const server = settings.databaseUrl === null ? await startEmbedded(settings) : null;
  const target = server?.target ?? (settings.databaseUrl as string);
  const sql = connect({
    target,
    poolSizeMax: settings.databasePoolSizeMax,
    prepare: server !== null || settings.databasePrepare,
  });
  const close = async () => {
    await sql.end({ timeout: closeTimeoutSeconds });
    await server?.stop();
  };
  try {
    await requireVersion(sql);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    sql,
    directTarget: server?.target ?? settings.databaseDirectUrl ?? target,
    isEmbedded: server !== null,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function startEmbedded({ dataDir, databaseName }: DatabaseSettings) {
  const server = await startEmbeddedPostgres(dataDir, { durable: true });
  log.info("The database is an embedded PostgreSQL in {dataDir}: good for trying out and for small nodes", { dataDir });
  const admin = connect({ target: server.target, poolSizeMax: 1, prepare: true });
  try {
    await ensureDatabase(admin, databaseName);
    return { target: databaseOn(server.target, databaseName), stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    await admin.end();
  }
}

async function requireVersion(sql: Pool): Promise<void> {
  const [row] = await sql<[{ number: number; name: string }]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as name`.catch(
    (error: unknown) => {
      throw new Error(reasonOf(error as { code?: string; message: string }, sql), { cause: error });
    },
  );
  if (row.number < versionMin) {
    throw new Error(`PostgreSQL ${row.name} is too old: set DATABASE_URL to a server of version 15 or newer`);
  }
}

function reasonOf({ code, message }: { code?: string; message: string }, sql: Pool): string {
  const { host, port, database, user } = sql.options;
  switch (code) {
    case "28P01":
    case "28000":
      return `The database does not let ${user} in (${message}): set another user or password in DATABASE_URL`;
    case "3D000":
      return `The server has no database ${database}: create it, or set another one in DATABASE_URL`;
    default:
      return `No database answers at ${host[0]}, port ${port[0]} (${code ?? message}): start it, or set another DATABASE_URL`;
  }
}
