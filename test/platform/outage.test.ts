// A database that goes away for some seconds under load: requests fail meanwhile, then all goes on as before.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { connect, withTransaction } from "../../src/platform/db.ts";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts";

const writersCount = 20;

const serverPid = (folder: string) =>
  Number(readFileSync(join(folder, "postgres-18/data/postmaster.pid"), "utf8").split("\n")[0]);

test.each(["stopped", "killed"] as const)(
  "a server that is %s and comes back is used again by everybody",
  async (how) => {
    const folder = mkdtempSync(join(tmpdir(), "koinon-outage-"));
    chmodSync(folder, 0o755);
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const server = await startEmbeddedPostgres(folder, { durable: true });
    const sql = connect({ target: server.target, poolSizeMax: 5, prepare: true });
    await sql`create table fact (id text primary key, part int not null)`;
    await sql`create table other (id text primary key)`;

    const acknowledged: string[] = [];
    const slowestMs = { afterwards: 0 };
    let failures = 0;
    let phase: "before" | "away" | "afterwards" | "over" = "before";
    const write = async (writer: number) => {
      for (let n = 0; phase !== "over"; n++) {
        const id = `${writer}-${n}`;
        const startedIn = phase;
        const startedAt = performance.now();
        try {
          await withTransaction(sql, async (tx) => {
            await tx`insert into fact values (${id}, 1)`;
            await sleep(1);
            await tx`insert into other values (${id})`;
          });
          await sql`select count(*) from other where id = ${id}`;
          acknowledged.push(id);
        } catch {
          failures++;
          expect(startedIn).not.toBe("afterwards");
          await sleep(20);
        }
        if (startedIn === "afterwards")
          slowestMs.afterwards = Math.max(slowestMs.afterwards, performance.now() - startedAt);
      }
    };
    const writers = Promise.all(Array.from({ length: writersCount }, (_, writer) => write(writer)));
    const untilAcknowledged = async (more: number) => {
      for (const goal = acknowledged.length + more; acknowledged.length < goal; ) await sleep(20);
    };
    await untilAcknowledged(5 * writersCount);
    phase = "away";
    if (how === "stopped") await server.stop();
    else process.kill(serverPid(folder), "SIGKILL");
    await sleep(2000);
    const back = await startEmbeddedPostgres(folder, { durable: true });
    await sleep(5000); // more than any pause between attempts to connect
    phase = "afterwards";
    await untilAcknowledged(5 * writersCount);
    phase = "over";
    await writers;

    expect(failures).toBeGreaterThan(0);
    expect(slowestMs.afterwards).toBeLessThan(13_000); // a connection that is stuck takes 15 s
    const missing = await sql`
    select id from unnest(${acknowledged}::text[]) id where id not in (select id from fact) or id not in (select id from other)`;
    expect(missing).toEqual([]);
    expect(await sql`select id from fact full join other using (id) where part is null or other.id is null`).toEqual(
      [],
    );
    await sql.end();
    await back.stop();
  },
);
