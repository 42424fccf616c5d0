// Sending mail: over SMTP, or into a mailbox in memory where a node is tried out. What is written in a mail is the rooms'.
import { createTransport } from "nodemailer";
import type { Mail, Mailer } from "../ports.ts";

const connectTimeoutMs = 10_000;
/** Between two answers of the server. */
const answerTimeoutMs = 30_000;

/**
 * The recipient's server will never take this mail: the address does not exist, or it does not want it.
 * Every other failure is worth another try.
 */
export class MailRejected extends Error {
  override readonly name = "MailRejected";
}

/**
 * Sends through a mail server. STARTTLS is used where the server offers it; `smtps:`, or `?requireTLS=true`, insists.
 * Errors never carry an address: what servers say often quotes one, and errors end up in logs and in job rows.
 *
 * @param url `smtp://host:port` or `smtps://user:password@host`, with nodemailer's options in the query.
 * @param from `City of Example <participation@city.example>`
 */
export function openSmtpMailer({ url, from }: { readonly url: string; readonly from: string }): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: answerTimeoutMs,
    // Mails are made of text and of markup that loads nothing; nothing in them may name a file or an address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, html, list, messageId }: Mail): Promise<void> {
      try {
        await transport.sendMail({
          from,
          to: { name: "", address: to },
          subject,
          text,
          ...(html === undefined ? {} : { html }),
          ...(messageId === undefined ? {} : { messageId }),
          headers: {
            // RFC 3834: no out-of-office answers to a machine.
            "Auto-Submitted": "auto-generated",
            ...(list === undefined ? {} : listHeaders(list)),
          },
        });
      } catch (error) {
        throw withoutAddresses(error as SmtpError);
      }
    },
  };
}

/** RFC 2369 and RFC 8058: one press in the mail program, no page and no sign-in. */
const listHeaders = ({ id, unsubscribeUrl }: NonNullable<Mail["list"]>): Record<string, string> => ({
  "List-Id": `<${id}>`,
  "List-Unsubscribe": `<${unsubscribeUrl}>`,
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
});

interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

function withoutAddresses({ code, command, response, responseCode = 0 }: SmtpError): Error {
  // RFC 3463 status, such as 5.1.1 for a mailbox that does not exist.
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(response ?? "")?.[0];
  const facts = [command, responseCode || null, status, code].filter(Boolean).join(" ");
  const isAboutRecipient = command === "RCPT TO" || command === "DATA";
  return isAboutRecipient && responseCode >= 500
    ? new MailRejected(`the recipient's mail server said no for good (${facts})`)
    : new Error(`the mail could not be handed to the mail server (${facts || "unknown error"})`);
}

export interface KeptMail extends Mail {
  readonly at: Date;
}

/** Mail that stays on this machine, for a demo and for development. */
export interface Mailbox extends Mailer {
  /** Newest first; the oldest make room for new ones. */
  readonly mails: readonly KeptMail[];
}

export const mailboxMailsMax = 100;

/**
 * @param announce told of each mail. It is given the text, which holds links that sign in, and not who it is for.
 */
export function openMailbox(now: () => Date, announce: (subject: string, text: string) => void = () => {}): Mailbox {
  let mails: readonly KeptMail[] = [];
  return {
    get mails() {
      return mails;
    },
    async send(mail: Mail): Promise<void> {
      mails = [{ ...mail, at: now() }, ...mails].slice(0, mailboxMailsMax);
      announce(mail.subject, mail.text);
    },
  };
}
