// The ceiling for anything served: Hono on its Node server, answering with a constant document of an actor's size.
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const [port, bytes] = process.argv.slice(2).map(Number) as [number, number];
const body = JSON.stringify({ document: "x".repeat(bytes) });
const app = new Hono();
app.get("/actors/:handle", (c) => c.body(body, 200, { "content-type": "application/activity+json" }));
serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, () => process.send?.("ready"));
