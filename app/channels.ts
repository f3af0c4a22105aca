import type { Config } from "../config.ts";
import { type Channel, type Tracer, untraced } from "../core/mod.ts";
import { tracedChannel } from "./traced/channel.ts";
import { tracedFetch } from "./traced/fetch.ts";

/** Where people are told of what is wrong, as it is configured; what sends mails is loaded for that alone. */
export async function channelsOf(
  { alerts: { webhook, smtp, file } }: Config,
  tracer: Tracer = untraced,
): Promise<Channel[]> {
  const channels: Channel[] = [];
  if (webhook !== null) {
    const { Webhook } = await import("../adapters/alerts/webhook/webhook.ts");
    channels.push(new Webhook({ ...webhook, fetch: tracedFetch(tracer, fetch, { isSecret: true }) }));
  }
  if (smtp !== null) {
    const { Smtp } = await import("../adapters/alerts/smtp/smtp.ts");
    channels.push(new Smtp(smtp));
  }
  if (file !== null) {
    const { AlertFile } = await import("../adapters/alerts/file/file.ts");
    channels.push(new AlertFile(file));
  }
  return channels.map((channel) => tracedChannel(tracer, channel));
}
