import type { Channel, Tracer } from "../../core/mod.ts";

/** Traces each delivery. */
export function tracedChannel(tracer: Tracer, channel: Channel): Channel {
  const { name } = channel;
  return {
    name,
    send: (message, signal) => {
      const { event, rule, subject, key } = message;
      const attributes = {
        "airgraph.channel": name,
        "airgraph.alert.event": event,
        "airgraph.alert.rule": rule,
        "airgraph.alert.subject": subject,
        "airgraph.alert.key": key,
      };
      return tracer.span(
        `deliver ${name}`,
        { asks: true, attributes },
        () => channel.send(message, signal),
      );
    },
  };
}
