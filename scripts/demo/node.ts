// One node of the demo: the same program as `npm start`, which also stops when the demo is gone, however that ended.
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
// Nothing is said over the channel, so it must not keep the node from ending.
process.channel?.unref();
await import("../../src/main.ts");

export {};
