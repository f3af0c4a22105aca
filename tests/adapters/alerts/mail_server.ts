import { SMTPServer } from "smtp-server";

/** A mail as it arrived. */
export interface Mail {
  readonly to: readonly string[];
  /** By name in lower case, decoded. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A real SMTP server on loopback that keeps what it is sent; dispose of it. */
export class MailServer implements AsyncDisposable {
  readonly mails: Mail[] = [];
  /** Refuses whatever mail comes, as long as it is set. */
  refuses = false;
  readonly #server: SMTPServer;

  private constructor() {
    this.#server = new SMTPServer({
      disabledCommands: ["STARTTLS"],
      logger: false,
      onAuth: ({ username, password }, _session, done) =>
        password === "hidden-password"
          ? done(null, { user: username ?? "" })
          : done(new Error("the password hidden-or-not is wrong")),
      onRcptTo: (_address, _session, done) => this.refuses ? done(new Error("mailbox unavailable")) : done(),
      onData: (stream, session, done) => {
        text(stream).then((raw) => {
          this.mails.push(mailOf(raw, session.envelope.rcptTo.map(({ address }) => address)));
          done();
        }, done);
      },
    });
    this.#server.on("error", () => {});
  }

  static async open(): Promise<MailServer> {
    const server = new MailServer();
    await new Promise<void>((ready) => server.#server.listen(0, "127.0.0.1", ready));
    return server;
  }

  get url(): string {
    const { port } = this.#server.server.address() as { port: number };
    return `smtp://alerts%40example.org:hidden-password@127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((done) => this.#server.close(done));
  }
}

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let raw = "";
  const decoder = new TextDecoder();
  for await (const piece of stream) raw += decoder.decode(piece, { stream: true });
  return raw;
}

function mailOf(raw: string, to: readonly string[]): Mail {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const headers = new Map(
    head.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n").map((line) => {
      const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/s.exec(line) ?? [];
      return [name.toLowerCase(), words(value)] as const;
    }),
  );
  const body = rest.join("\r\n\r\n");
  return { to, headers, text: decoded(body, headers.get("content-transfer-encoding") ?? "") };
}

/** Encoded words as the text that they stand for. */
function words(value: string): string {
  return value.replaceAll(/\?=\s+=\?/g, "?==?").replaceAll(
    /=\?utf-8\?([bq])\?([^?]*)\?=/gi,
    (_, way: string, of: string) =>
      decoded(of.replaceAll("_", " "), way.toLowerCase() === "b" ? "base64" : "quoted-printable"),
  );
}

function decoded(body: string, way: string): string {
  if (way === "base64") {
    return new TextDecoder().decode(Uint8Array.fromBase64(body.replaceAll(/\s/g, "")));
  }
  if (way !== "quoted-printable") return body;
  const bytes = body.replaceAll("=\r\n", "").replaceAll(
    /=([0-9A-F]{2})/gi,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes, (each) => each.charCodeAt(0)));
}
