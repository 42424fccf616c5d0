// Mail over a real SMTP server on this machine: what arrives, over TLS or not, and how each failure is told apart.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";
import { MailRejected, openSmtpMailer } from "../../src/platform/mail.ts";

const from = "City of Bilbao <participation@bilbao.example>";
const mail = { to: "ona@example.org", subject: "El teu enllaç", text: "Obre'l:\n\nhttps://bilbao.example/sign-in/x\n" };

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
  readonly isSecure: boolean;
}

/** A mail server on a free port; `received` is what it took. */
async function aMailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(parts).toString(),
          isSecure: session.secure,
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {}); // A client that hangs up on a certificate is expected here.
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return { received, port: (server.server.address() as AddressInfo).port };
}

const refusing = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });
const failureOf = (sending: Promise<void>): Promise<Error> =>
  sending.then(
    () => expect.fail("it was sent"),
    (error: Error) => error,
  );

test("a mail arrives as it was written", async () => {
  const { received, port } = await aMailServer({ disabledCommands: ["STARTTLS"] });
  await openSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from }).send(mail);
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ from: "participation@bilbao.example", to: ["ona@example.org"], isSecure: false });
  const { source } = received[0]!;
  expect(source).toContain("From: City of Bilbao <participation@bilbao.example>");
  expect(source).toContain("Auto-Submitted: auto-generated");
  expect(source).toContain("https://bilbao.example/sign-in/x");
});

test("an address is one recipient, whatever is in it", async () => {
  const { received, port } = await aMailServer({ disabledCommands: ["STARTTLS"] });
  const sending = openSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from }).send({
    ...mail,
    to: "ona@example.org,all@example.org",
  });
  await sending.catch(() => {});
  for (const { to } of received) expect(to).not.toContain("all@example.org");
});

test("with name and password, and with the password wrong", async () => {
  const { received, port } = await aMailServer({
    authOptional: false,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    onAuth: ({ username, password }, _session, done) =>
      username === "city" && password === "p@ss/word" ? done(null, { user: "city" }) : done(new Error("no")),
  });
  await openSmtpMailer({ url: `smtp://city:p%40ss%2Fword@127.0.0.1:${port}`, from }).send(mail);
  expect(received).toHaveLength(1);
  const error = await failureOf(openSmtpMailer({ url: `smtp://city:wrong@127.0.0.1:${port}`, from }).send(mail));
  expect(error).not.toBeInstanceOf(MailRejected);
  expect(error.message).toMatch(/EAUTH/);
  expect(error.message).not.toContain("wrong");
});

test("TLS is used where it is offered, with a certificate somebody vouches for", async () => {
  const { received, port } = await aMailServer(); // smtp-server brings a certificate signed by itself
  const error = await failureOf(openSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from }).send(mail));
  expect(error).not.toBeInstanceOf(MailRejected);
  expect(received).toHaveLength(0);
  await openSmtpMailer({ url: `smtp://127.0.0.1:${port}?tls.rejectUnauthorized=false`, from }).send(mail);
  expect(received).toMatchObject([{ isSecure: true }]);
});

test("requireTLS sends nothing to a server without it", async () => {
  const { received, port } = await aMailServer({ disabledCommands: ["STARTTLS"] });
  const error = await failureOf(openSmtpMailer({ url: `smtp://127.0.0.1:${port}?requireTLS=true`, from }).send(mail));
  expect(error).not.toBeInstanceOf(MailRejected);
  expect(received).toHaveLength(0);
});

test("an address that does not exist is refused for good; no error quotes it", async () => {
  const { port } = await aMailServer({
    disabledCommands: ["STARTTLS"],
    onRcptTo: ({ address }, _session, done) => done(refusing(550, `5.1.1 no mailbox <${address}>`)),
  });
  const error = await failureOf(openSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from }).send(mail));
  expect(error).toBeInstanceOf(MailRejected);
  expect(error.message).toContain("550 5.1.1");
  expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain("ona@");
});

test.each([
  [
    "greylisting",
    { onRcptTo: (_to: unknown, _session: unknown, done: (error: Error) => void) => done(refusing(450, "4.7.1 later")) },
  ],
  [
    "a sender it does not like",
    {
      onMailFrom: (_from: unknown, _session: unknown, done: (error: Error) => void) => done(refusing(550, "5.7.1 no")),
    },
  ],
])("%s is worth another try", async (_name, options) => {
  const { port } = await aMailServer({ disabledCommands: ["STARTTLS"], ...options } as SMTPServerOptions);
  const error = await failureOf(openSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from }).send(mail));
  expect(error).not.toBeInstanceOf(MailRejected);
});

test("a server that is down, or that hangs up, is worth another try", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const down = await failureOf(openSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from }).send(mail));
  expect(down).not.toBeInstanceOf(MailRejected);
  expect(down.message).toMatch(/ECONN|ESOCKET/);

  const rude = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  await once(rude, "listening");
  onTestFinished(() => new Promise((resolve) => void rude.close(() => resolve())));
  const gone = await failureOf(
    openSmtpMailer({ url: `smtp://127.0.0.1:${(rude.address() as AddressInfo).port}`, from }).send(mail),
  );
  expect(gone).not.toBeInstanceOf(MailRejected);
});
