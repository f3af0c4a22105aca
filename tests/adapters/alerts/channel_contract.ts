import { assertEquals, assertRejects } from "@std/assert";
import type { AlertMessage, Channel } from "../../../core/mod.ts";

/** A message as whoever is at the other end of a channel got it. */
export interface Arrived {
  readonly event: string;
  readonly rule: string;
  readonly subject: string;
  readonly message: string;
  /** What tells that a message came before; undefined where the other end does not mind. */
  readonly id?: string;
}

/** A channel with its other end; dispose of it. */
export interface ChannelHarness extends AsyncDisposable {
  readonly channel: Channel;
  arrived(): Promise<readonly Arrived[]>;
  /** From now on nothing can be delivered. */
  fail(): Promise<void>;
}

export const MESSAGE: AlertMessage = {
  event: "opened",
  rule: "pm25",
  subject: "Thành phố <Huế> & co",
  severity: "warning",
  message: 'found "87.5 µg/m³", wanted 50\u2028or less',
  at: Date.UTC(2024, 0, 2, 3, 4, 5),
  key: "pm25:Thành phố <Huế> & co:2024-01-02T03:04:05Z",
};

/** The contract of every channel. */
export function channelContract(name: string, open: () => Promise<ChannelHarness>): void {
  Deno.test(`${name}: messages arrive whole, and one that comes again can be told`, async () => {
    await using harness = await open();
    const { channel } = harness;
    assertEquals(channel.name, name);
    const { signal } = new AbortController();
    const closed = { ...MESSAGE, event: "closed" as const, message: "over after 3 min" };
    for (const each of [MESSAGE, MESSAGE, closed]) await channel.send(each, signal);
    const arrived = await harness.arrived();
    assertEquals(
      arrived.map(({ id: _, ...rest }) => rest),
      [MESSAGE, MESSAGE, closed].map(({ event, rule, subject, message }) => ({
        event,
        rule,
        subject,
        message,
      })),
    );
    assertEquals(arrived[0]!.id, arrived[1]!.id);
    if (arrived[0]!.id !== undefined) assertEquals(arrived[2]!.id === arrived[0]!.id, false);
  });

  Deno.test(`${name}: what cannot be delivered is an error of one line, and nothing of a secret`, async () => {
    await using harness = await open();
    await harness.fail();
    const error = await assertRejects(
      () => harness.channel.send(MESSAGE, new AbortController().signal),
      Error,
      ", wanted ",
    );
    assertEquals([error.message.includes("\n"), error.message.includes("hidden")], [false, false]);
  });
}
