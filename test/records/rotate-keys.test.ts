// `npm run rotate-keys` as an operator runs it, on a node that is open meanwhile.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { followKeys, keysSubjectOf } from "../../src/records/keys.ts";
import { listVersions } from "../../src/records/queries.ts";
import { readRecord } from "../../src/records/record.ts";
import { aProcess } from "../support/build.ts";
import { openListeningCity } from "../support/listening.ts";
import { freePort } from "../support/node-process.ts";

const projectDir = join(import.meta.dirname, "../..");

test("the command gives an actor new keys, and says no to what it cannot do", async () => {
  await using city = await openListeningCity("Bilbao", { port: await freePort(), peers: [], doesJobs: false });
  await aProcess(city);
  const run = (...args: string[]) =>
    new Promise<{ code: number | null; said: string }>((done) => {
      const child = execFile(
        process.execPath,
        [join(projectDir, "scripts/rotate-keys.ts"), ...args],
        { cwd: projectDir, env: { PATH: process.env.PATH, ...city.env } },
        (_error, stdout, stderr) => done({ code: child.exitCode, said: stdout + stderr }),
      );
    });
  const history = async () => {
    const versions = await listVersions(city.sql, keysSubjectOf(city.organisation.uri), 20);
    return followKeys(versions.reverse().map(({ document, digest }) => readRecord(document, digest)));
  };

  expect((await history()).keys.size).toBe(1);
  expect(await run(city.organisation.handle)).toMatchObject({ code: 0, said: expect.stringContaining("new keys") });
  expect([...(await history()).keys.keys()]).toEqual([
    `${city.organisation.uri}#multikey-2`,
    `${city.organisation.uri}#multikey-3`,
  ]);
  const stolen = await run(city.organisation.handle, "--stolen-since", new Date(Date.now() - 60_000).toISOString());
  expect(stolen).toMatchObject({ code: 0, said: expect.stringContaining("counts for nothing") });
  expect((await history()).keys.get(`${city.organisation.uri}#multikey-3`)?.revoked).toBeDefined();

  expect(await run()).toMatchObject({ code: 1, said: expect.stringContaining("npm run rotate-keys -- HANDLE") });
  expect(await run("nobody")).toMatchObject({ code: 1, said: expect.stringContaining("no actor @nobody") });
  expect(await run("bilbao", "--stolen-since", "2999-01-01T00:00:00Z")).toMatchObject({ code: 1 });
  expect((await history()).keys.size).toBe(3);
});
