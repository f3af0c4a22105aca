import { type AlertMessage, type Channel, iso } from "../../../core/mod.ts";

/** The shape of what is posted. */
export type WebhookFormat = "json" | "slack";

export interface WebhookOptions {
  readonly url: string;
  /** @default "json" */
  readonly format?: WebhookFormat;
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** Posts each message to a URL; whoever gets one twice knows it by its `Idempotency-Key`. */
export class Webhook implements Channel {
  readonly name = "webhook";
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  async send(message: AlertMessage, signal: AbortSignal): Promise<void> {
    const { url, format = "json", fetch: send = fetch } = this.#options;
    const request = new Request(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": `${encodeURIComponent(message.key)}/${message.event}`,
      },
      body: JSON.stringify(format === "slack" ? slackOf(message) : jsonOf(message)),
      redirect: "manual",
      signal,
    });
    const response = await send(request).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new Error(`posting to the webhook: it cannot be reached (${reason(error)}), wanted an answer`);
    });
    const said = (await response.text().catch(() => "")).replaceAll(/\s+/g, " ").trim();
    if (response.ok) return;
    const told = said === "" ? "" : ` ${JSON.stringify(said.slice(0, 120))}`;
    throw new Error(`posting to the webhook: it answered ${response.status}${told}, wanted 200`);
  }
}

/** A message as generic JSON. */
export function jsonOf({ event, rule, subject, severity, message, at, key }: AlertMessage) {
  return { event, rule, subject, severity, message, at: iso(at), key };
}

/** A message as an incoming webhook of Slack takes it. */
function slackOf({ event, rule, subject, severity, message, at }: AlertMessage) {
  const sign = event === "closed"
    ? ":large_green_circle:"
    : severity === "error"
    ? ":red_circle:"
    : ":large_yellow_circle:";
  return { text: `${sign} *${escaped(`${rule} ${subject}`)}* ${event} at ${iso(at)}\n${escaped(message)}` };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Why nothing answered, in a few words and without the URL, which may be a secret. */
function reason(error: unknown): string {
  const said = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) said.push(cause.message);
  const known = /connection refused|connection reset|dns error|certificate|connection closed/i
    .exec(said.join(": "))?.[0].toLowerCase();
  return known === "dns error" ? "unknown host" : known ?? "the connection failed";
}
