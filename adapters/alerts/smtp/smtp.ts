import { createHash } from "node:crypto";
import { type AlertMessage, type Channel, iso } from "../../../core/mod.ts";
import { createTransport } from "nodemailer";

export interface SmtpOptions {
  /** `smtp://user:password@host:port`, or `smtps://`; what nodemailer takes besides, as parameters. */
  readonly url: string;
  readonly to: readonly string[];
}

/** Sends each message as a mail; one that is sent again has the same `Message-ID`, and an end answers its beginning. */
export class Smtp implements Channel {
  readonly name = "smtp";
  readonly #options: SmtpOptions;

  constructor(options: SmtpOptions) {
    this.#options = options;
  }

  async send(message: AlertMessage, signal: AbortSignal): Promise<void> {
    const { url, to } = this.#options;
    const { username, hostname } = new URL(url);
    const user = decodeURIComponent(username);
    const transport = createTransport(url, {
      from: user.includes("@") ? user : `Airgraph <airgraph@${hostname.replaceAll(/[[\]]/g, "")}>`,
    });
    const close = () => transport.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      // It is delivered once it has reached anybody: sent again for one address, it would reach the others again.
      await transport.sendMail({ to: [...to], ...mailOf(message) });
    } catch (error) {
      signal.throwIfAborted();
      const found = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ");
      throw new Error(`sending mail: ${found}, wanted a server that takes it`);
    } finally {
      signal.removeEventListener("abort", close);
      transport.close();
    }
  }
}

function mailOf({ event, rule, subject, severity, message, at, key }: AlertMessage) {
  const id = (event: string) => `<${createHash("sha256").update(`${key} ${event}`).digest("hex")}@airgraph>`;
  const facts = { event, rule, subject, severity, at: iso(at), key };
  return {
    subject: `[airgraph] ${rule} ${subject} ${event}`,
    text: `${message}\n\n${Object.entries(facts).map(([name, value]) => `${name}: ${value}`).join("\n")}\n`,
    messageId: id(event),
    ...(event === "closed" && { inReplyTo: id("opened"), references: id("opened") }),
  };
}
