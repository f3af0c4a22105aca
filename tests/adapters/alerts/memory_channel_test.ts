import { channelContract } from "./channel_contract.ts";
import { MemoryChannel } from "./memory_channel.ts";

channelContract("memory", () => {
  const channel = new MemoryChannel();
  return Promise.resolve({
    channel,
    arrived: () =>
      Promise.resolve(channel.sent.map(({ event, rule, subject, message, key }) => ({
        event,
        rule,
        subject,
        message,
        id: `${key} ${event}`,
      }))),
    fail: () => Promise.resolve(void (channel.fault = "found nobody, wanted somebody")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});
