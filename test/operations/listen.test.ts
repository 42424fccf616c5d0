import { connect } from "node:net";
import { expect, test } from "vitest";
import { listen } from "../../src/platform/listen.ts";

const anyPort = { host: "127.0.0.1", port: 0 };
/** Less than what Node leaves a connection open after an answer, 5 s: a stop that waited for that would be seen. */
const keptOpenMs = 4_500;

test("a stop finishes the request under way, takes no new one, and is done at once after it", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const listening = await listen(() => {
    asked.resolve();
    return answer.promise;
  }, anyPort);
  const url = `http://127.0.0.1:${listening.port}/`;
  const underWay = fetch(url);
  await asked.promise;

  const closed = listening.close();
  await expect(fetch(url)).rejects.toThrow();
  answer.resolve(new Response("done"));
  expect(await (await underWay).text()).toBe("done");

  const answeredAt = performance.now();
  await closed;
  expect(performance.now() - answeredAt).toBeLessThan(keptOpenMs);
});

test("a visitor who keeps a connection open and says nothing does not hold the stop up", async () => {
  const listening = await listen(() => new Response("here"), anyPort);
  const socket = connect(listening.port, "127.0.0.1");
  await new Promise<void>((done) => socket.once("connect", done));
  socket.write("GET / HTTP/1.1\r\nHost: city.test\r\n\r\n");
  await new Promise((done) => socket.once("data", done));
  const startedAt = performance.now();
  await listening.close();
  expect(performance.now() - startedAt).toBeLessThan(keptOpenMs);
  socket.destroy();
});

test("a port that is taken is named, with what to set", async () => {
  const first = await listen(() => new Response(), anyPort);
  await expect(listen(() => new Response(), { host: "127.0.0.1", port: first.port })).rejects.toThrow(
    `Port ${first.port} is taken by another program: stop that one, or set PORT to a free one`,
  );
  await first.close();
});

test("an address that is not this machine's is named, with what to set", async () => {
  await expect(listen(() => new Response(), { host: "192.0.2.1", port: 0 })).rejects.toThrow(/192\.0\.2\.1.*set HOST/);
});
