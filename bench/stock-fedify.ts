// What Koinon is compared with: a node of Fedify alone with its defaults (store and queue in memory, RSA-4096 and Ed25519
// keys of its own making, actor documents made for each request). It follows the library's own tutorial and nothing more.
import "../src/platform/temporal.ts";
import { createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import { Accept, Create, Follow, Group, Note, PUBLIC_COLLECTION, type Recipient } from "@fedify/vocab";
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const port = Number(process.argv[2]);
const origin = `http://localhost:${port}`;
const followers = new Map<string, Recipient>();
const replies = new Set<string>();
const keyPairs = Promise.all([generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), generateCryptoKeyPair("Ed25519")]);

const federation = createFederation<void>({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue(),
  origin,
  allowPrivateAddress: true,
});

federation
  .setActorDispatcher("/actors/{identifier}", async (context, identifier) => {
    const keys = await context.getActorKeyPairs(identifier);
    return new Group({
      id: context.getActorUri(identifier),
      preferredUsername: identifier,
      name: "A process",
      summary: "Where should the next square be?",
      inbox: context.getInboxUri(identifier),
      followers: context.getFollowersUri(identifier),
      url: context.getActorUri(identifier),
      publicKey: keys[0]!.cryptographicKey,
      assertionMethods: keys.map((key) => key.multikey),
    });
  })
  .setKeyPairsDispatcher(async () => await keyPairs);

federation
  .setInboxListeners("/actors/{identifier}/inbox", "/inbox")
  .on(Follow, async (context, follow) => {
    const follower = await follow.getActor(context);
    if (follower?.id == null || follower.inboxId == null) return;
    followers.set(follower.id.href, { id: follower.id, inboxId: follower.inboxId, endpoints: follower.endpoints });
    await context.sendActivity(
      { identifier: "process" },
      follower,
      new Accept({ actor: follow.objectId, object: follow }),
    );
  })
  .on(Create, async (context, create) => {
    const note = await create.getObject(context);
    if (note instanceof Note && note.id !== null) replies.add(note.id.href);
  });

federation.setFollowersDispatcher("/actors/{identifier}/followers", () => ({ items: [...followers.values()] }));

federation.setObjectDispatcher(Note, "/notes/{id}", (context, { id }) => {
  const content = "<p>A bench under the trees, in the shade, where people wait for the bus.</p>";
  return new Note({
    id: context.getObjectUri(Note, { id }),
    attribution: context.getActorUri("process"),
    content,
    to: PUBLIC_COLLECTION,
  });
});

const app = new Hono();
app.get("/bench/replies", (c) => c.text(String(replies.size)));
app.get("/bench/followers", (c) => c.text(String(followers.size)));
app.post("/bench/publish", async (c) => {
  const context = federation.createContext(new URL(origin), undefined);
  const id = crypto.randomUUID();
  const note = new Note({
    id: context.getObjectUri(Note, { id }),
    attribution: context.getActorUri("process"),
    to: PUBLIC_COLLECTION,
    content: `<p>${await c.req.text()}</p>`,
  });
  const activity = new Create({
    id: new URL(`#${id}`, note.id!),
    actor: note.attributionId,
    object: note,
    to: PUBLIC_COLLECTION,
  });
  await context.sendActivity({ identifier: "process" }, "followers", activity, { preferSharedInbox: true });
  return c.text("published");
});
app.all("*", async (c) => await federation.fetch(c.req.raw, { contextData: undefined }));

await keyPairs;
serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, () => process.send?.("ready"));
