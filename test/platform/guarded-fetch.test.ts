// The outgoing client against real sockets: where it may go, and when it cuts. Cases carry the advisories they follow:
// 6 redirects, 7 addresses, 8 rebinding, 9 URL parsing, 13 limits, 14 slow peers.
import type { LookupAddress } from "node:dns";
import http from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import net from "node:net";
import zlib from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { isPublicAddress } from "../../src/platform/addresses.ts";
import { type GuardedFetch, type GuardedFetchOptions, openGuardedFetch } from "../../src/platform/guarded-fetch.ts";
import { Refused } from "../../src/platform/refusal.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

function client(options: Partial<GuardedFetchOptions> = {}): GuardedFetch {
  const guarded = openGuardedFetch({ permittedOrigins: [], userAgent: "Koinon test", ...options });
  open.push(guarded);
  return guarded;
}

interface Peer {
  readonly origin: string;
  readonly port: number;
  readonly requests: http.IncomingMessage[];
}

async function aPeer(answer: http.RequestListener): Promise<Peer> {
  const requests: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, requests };
}

/** A TCP listener that must stay untouched. */
async function aTrap(): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server = net.createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({ close: () => server.close() });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => "answered",
    (error: unknown) => error,
  );
  if (outcome instanceof Refused) return outcome.code;
  throw outcome instanceof Error ? outcome : new Error(String(outcome));
}

describe("7 SSRF addresses (CVE-2026-22245, CVE-2026-46348, CVE-2025-25194, CVE-2026-33693, CVE-2026-50131)", () => {
  it.each([
    "http://mastodon.social/", // not https
    "ftp://mastodon.social/",
    "https://mayor:secret@mastodon.social/",
    "https://mastodon.social:22/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0.0.0.0/",
    "https://0/",
    "https://10.1.2.3/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::7f00:1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fe80::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[64:ff9b:1::10.0.0.1]/",
    "https://[2002:0a00:0001::]/", // 6to4 of 10.0.0.1
    "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", // Teredo
    "https://[2001:db8::1]/",
    "https://[100::1]/", // discard
    "https://127.0.0.1./",
    "https://①②⑦.0.0.1/",
  ])("refuses %s without a connection", async (url) => {
    const looked: string[] = [];
    const lookup: LookupFunction = (hostname, _options, callback) => {
      looked.push(hostname);
      callback(new Error("no network in this test"), "");
    };
    expect(await refusalOf(client({ lookup }).fetch(url))).toBe("address-forbidden");
    expect(looked).toEqual([]);
  });

  it.each(["8.8.8.8", "193.0.6.139", "2a00:1450:4003:80f::200e", "2001:4860:4860::8888", "100.128.0.1", "172.32.0.1"])(
    "%s is public",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it("no IPv4 address is public in a mapped, compatible, NAT64 or 6to4 coat", () => {
    fc.assert(
      fc.property(fc.ipV4(), (v4) => {
        const [a, b, c, d] = v4.split(".").map(Number) as [number, number, number, number];
        const words = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const coat of [`::ffff:${v4}`, `::${words}`, `64:ff9b::${v4}`, `2002:${words}::1`]) {
          if (isPublicAddress(coat)) return false;
        }
        return true;
      }),
    );
  });

  it("refuses a name when one of its addresses is private, whatever the others are", async () => {
    const trap = await aTrap();
    const lookup = resolving([
      { address: "193.0.6.139", family: 4 },
      { address: "127.0.0.1", family: 4 },
    ]);
    const url = `https://mixed.example:${trap.port}/`;
    expect(await refusalOf(client({ lookup }).fetch(url))).toBe("address-forbidden");
    expect(trap.connections()).toBe(0);
  });

  it("permits http and loopback for exactly the listed origins", async () => {
    const peer = await aPeer((_, response) => response.end("here"));
    const guarded = client({ permittedOrigins: [`http://porto.localhost:${peer.port}`] });
    expect(await (await guarded.fetch(`http://porto.localhost:${peer.port}/x`)).text()).toBe("here");
    expect(await refusalOf(guarded.fetch(`http://127.0.0.1:${peer.port}/x`))).toBe("address-forbidden");
    expect(await refusalOf(guarded.fetch(`http://porto.localhost:${peer.port + 1}/x`))).toBe("address-forbidden");
    expect(await refusalOf(guarded.fetch(`http://u:p@porto.localhost:${peer.port}/x`))).toBe("address-forbidden");
    expect(peer.requests).toHaveLength(1);
  });
});

function resolving(...answers: LookupAddress[][]): LookupFunction & { calls: number } {
  const lookup: LookupFunction & { calls: number } = Object.assign(
    ((_hostname, options, callback) => {
      const answer = answers[Math.min(lookup.calls++, answers.length - 1)]!;
      if (options.all) callback(null, answer);
      else callback(null, answer[0]!.address, answer[0]!.family);
    }) as LookupFunction,
    { calls: 0 },
  );
  return lookup;
}

describe("8 DNS rebinding (GHSA-r48c-xx2h-fv4g)", () => {
  it("judges the very addresses it connects to: a name that turns private is not reached", async () => {
    const trap = await aTrap();
    const lookup = resolving([{ address: "193.0.6.139", family: 4 }], [{ address: "127.0.0.1", family: 4 }]);
    const guarded = client({ lookup, limits: { connectMs: 300 } });
    const url = `https://rebind.example:${trap.port}/`;
    // First answer public: a connection is tried to that address, not looked up again.
    expect(["peer-too-slow", "peer-unreachable"]).toContain(await refusalOf(guarded.fetch(url)));
    expect(lookup.calls).toBe(1);
    expect(await refusalOf(guarded.fetch(url))).toBe("address-forbidden");
    expect(trap.connections()).toBe(0);
  });
});

describe("6 redirects (CVE-2026-77632, CVE-2026-34148)", () => {
  it("follows five, checks each, and says where it ended", async () => {
    const peer = await aPeer((request, response) => {
      const hop = Number(request.url!.slice(1));
      if (hop >= 5) return response.end("done");
      response.writeHead(302, { location: `/${hop + 1}` }).end();
    });
    const guarded = client({ permittedOrigins: [peer.origin] });
    const answer = await guarded.fetch(`${peer.origin}/0`);
    expect([answer.url, await answer.text()]).toEqual([`${peer.origin}/5`, "done"]);
    expect(await refusalOf(guarded.fetch(`${peer.origin}/-1`))).toBe("peer-unreachable");
  });

  it("breaks a circle", async () => {
    const peer = await aPeer((request, response) =>
      response.writeHead(301, { location: request.url === "/a" ? "/b" : "/a" }).end(),
    );
    const guarded = client({ permittedOrigins: [peer.origin] });
    expect(await refusalOf(guarded.fetch(`${peer.origin}/a`))).toBe("peer-unreachable");
    expect(peer.requests).toHaveLength(2);
  });

  it("does not follow to a private address, to http or to another scheme", async () => {
    const trap = await aTrap();
    for (const location of [`http://127.0.0.1:${trap.port}/`, "file:///etc/passwd", "https://[::1]/", "http://"]) {
      const peer = await aPeer((_, response) => response.writeHead(302, { location }).end());
      const code = await refusalOf(client({ permittedOrigins: [peer.origin] }).fetch(`${peer.origin}/`));
      expect(["address-forbidden", "peer-unreachable"]).toContain(code);
    }
    expect(trap.connections()).toBe(0);
  });

  it("never repeats a POST at another address, and leaves signatures and secrets behind", async () => {
    const second = await aPeer((_, response) => response.end("ok"));
    const first = await aPeer((_, response) => response.writeHead(307, { location: `${second.origin}/` }).end());
    const guarded = client({ permittedOrigins: [first.origin, second.origin] });
    const posted = await guarded.fetch(`${first.origin}/inbox`, { method: "POST", body: "{}" });
    expect([posted.status, second.requests.length]).toEqual([307, 0]);
    await guarded.fetch(`${first.origin}/x`, {
      headers: { authorization: "Bearer x", signature: "keyId=x" },
    });
    expect(second.requests[0]!.headers).not.toHaveProperty("authorization");
    expect(second.requests[0]!.headers).not.toHaveProperty("signature");
  });
});

describe("9 request splitting and URL parsing (GHSA-hcqf-fw2r-52g4, CVE-2023-42451)", () => {
  it.each(["https://", "not an address", "https://host.example./", "https://exa mple/", "//mastodon.social/"])(
    "refuses %j",
    async (url) => expect(await refusalOf(client().fetch(url))).toBe("address-forbidden"),
  );

  it("cannot be made to write a second request by line breaks", async () => {
    const peer = await aPeer((_, response) => response.end("ok"));
    const guarded = client({ permittedOrigins: [peer.origin] });
    await guarded.fetch(`${peer.origin}/a\r\nX-Evil: 1\r\n\r\nGET /b HTTP/1.1`);
    expect(peer.requests.map(({ url }) => url)).toEqual(["/aX-Evil:%201GET%20/b%20HTTP/1.1"]);
    await expect(guarded.fetch(peer.origin, { headers: { accept: "a\r\nx: y" } })).rejects.toThrow();
  });
});

describe("13 body and limits: bytes (GHSA-mc44-6cfg-2v6w)", () => {
  it("stops reading at the limit, declared or not", async () => {
    let written = 0;
    const peer = await aPeer((_, response) => {
      const more = () => {
        while (written < 50_000_000 && !response.destroyed) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    expect(await refusalOf(client({ permittedOrigins: [peer.origin] }).fetch(peer.origin))).toBe("too-large");
    expect(written).toBeLessThan(20_000_000);
  });

  it.each(["gzip", "br"] as const)("counts a %s bomb after decompression", async (encoding) => {
    const zeros = Buffer.alloc(20_000_000);
    const bomb = encoding === "gzip" ? zlib.gzipSync(zeros) : zlib.brotliCompressSync(zeros);
    expect(bomb.byteLength).toBeLessThan(50_000);
    const peer = await aPeer((_, response) => response.writeHead(200, { "content-encoding": encoding }).end(bomb));
    expect(await refusalOf(client({ permittedOrigins: [peer.origin] }).fetch(peer.origin))).toBe("too-large");
  });

  it("reads what is compressed, and refuses what it cannot read", async () => {
    const peer = await aPeer((request, response) => {
      const encoding = request.url!.slice(1);
      const body = encoding === "gzip" ? zlib.gzipSync("small") : Buffer.from("not compressed");
      response.writeHead(200, { "content-encoding": encoding === "broken" ? "gzip" : encoding }).end(body);
    });
    const guarded = client({ permittedOrigins: [peer.origin] });
    expect(await (await guarded.fetch(`${peer.origin}/gzip`)).text()).toBe("small");
    expect(await refusalOf(guarded.fetch(`${peer.origin}/broken`))).toBe("peer-unreachable");
    expect(await refusalOf(guarded.fetch(`${peer.origin}/zstd`))).toBe("peer-unreachable");
  });
});

describe("14 slow peers (CVE-2023-36461)", () => {
  const limits = { totalMs: 700, idleMs: 200, connectMs: 200 };

  it("cuts a byte now and then at the total, and silence at the idle time", async () => {
    const dripping = await aPeer((_, response) => {
      const timer = setInterval(() => response.write("."), 50);
      response.on("close", () => clearInterval(timer));
    });
    const silent = await aPeer(() => {});
    // With one limit short and the others out of reach, the short one is what cuts.
    const permittedOrigins = [dripping.origin, silent.origin];
    const never = { totalMs: 600_000, idleMs: 600_000, connectMs: 600_000 };
    const impatient = client({ permittedOrigins, limits: { ...never, idleMs: 200 } });
    expect(await refusalOf(impatient.fetch(silent.origin))).toBe("peer-too-slow");
    const busy = client({ permittedOrigins, limits: { ...never, totalMs: 700 } });
    expect(await refusalOf(busy.fetch(dripping.origin))).toBe("peer-too-slow");
  });

  it("counts redirects into one total", async () => {
    const peer = await aPeer((request, response) => {
      const hop = Number(request.url!.slice(1) || 0);
      setTimeout(() => response.writeHead(302, { location: `/${hop + 1}` }).end(), 180);
    });
    const guarded = client({ permittedOrigins: [peer.origin], limits });
    expect(await refusalOf(guarded.fetch(peer.origin))).toBe("peer-too-slow");
  });

  it("gives up a connection that does not come to stand", async () => {
    const guarded = client({ limits, lookup: (_hostname, _options, _callback) => {} });
    expect(await refusalOf(guarded.fetch("https://never.example/"))).toBe("peer-too-slow");
  });

  it("passes the caller's own abort on unchanged", async () => {
    const silent = await aPeer(() => {});
    const guarded = client({ permittedOrigins: [silent.origin] });
    const reason = new Error("shutting down");
    const signal = AbortSignal.abort(reason);
    await expect(guarded.fetch(silent.origin, { signal })).rejects.toBe(reason);
  });
});

describe("connections", () => {
  it("are kept, and a kept one that the peer has closed does not lose the request", async () => {
    const sockets = new Set<unknown>();
    const peer = await aPeer((request, response) => {
      sockets.add(request.socket);
      request.resume().on("end", () => response.end("ok"));
    });
    const guarded = client({ permittedOrigins: [peer.origin] });
    for (let i = 0; i < 5; i++) await guarded.fetch(peer.origin, { method: "POST", body: `${i}` });
    expect(sockets.size).toBe(1);

    // Closed by the peer as the next request is on its way.
    let dropped = false;
    const dropping = await aPeer((request, response) => {
      if (request.url === "/second" && !dropped) {
        dropped = true;
        return request.socket.destroy();
      }
      response.end("ok");
    });
    const other = client({ permittedOrigins: [dropping.origin] });
    await other.fetch(`${dropping.origin}/first`);
    expect(await (await other.fetch(`${dropping.origin}/second`)).text()).toBe("ok");
  });

  it("closed ports and broken names are said to be unreachable", async () => {
    const guarded = client({ permittedOrigins: ["http://127.0.0.1:9"] });
    expect(await refusalOf(guarded.fetch("http://127.0.0.1:9/"))).toBe("peer-unreachable");
    const lookup: LookupFunction = (_hostname, _options, callback) =>
      callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), "");
    expect(await refusalOf(client({ lookup }).fetch("https://nowhere.example/"))).toBe("peer-unreachable");
  });
});

describe("a transport in place of the network", () => {
  it("gets the same rules for addresses, redirects and bytes", async () => {
    const asked: string[] = [];
    const guarded = client({
      transport: async (request) => {
        asked.push(`${request.method} ${request.url} ${await request.text()}`);
        if (request.url.endsWith("/away")) return Response.redirect("https://127.0.0.1/", 302);
        if (request.url.endsWith("/big")) return new Response("x".repeat(1_000_001));
        return new Response("from porto");
      },
    });
    const answer = await guarded.fetch("https://porto.example/inbox", { method: "POST", body: "hello" });
    expect([answer.url, await answer.text()]).toEqual(["https://porto.example/inbox", "from porto"]);
    expect(await refusalOf(guarded.fetch("https://10.0.0.1/"))).toBe("address-forbidden");
    expect(await refusalOf(guarded.fetch("https://porto.example/away"))).toBe("address-forbidden");
    expect(await refusalOf(guarded.fetch("https://porto.example/big"))).toBe("too-large");
    expect(asked[0]).toBe("POST https://porto.example/inbox hello");
    expect(asked).toHaveLength(3);
  });
});
