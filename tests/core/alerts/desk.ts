import type { AnyAsset } from "../../../core/asset.ts";
import { Alerter, type AlerterOptions } from "../../../core/alerts/alerter.ts";
import { alert } from "../../../core/alerts/rules.ts";
import { MemoryChannel } from "../../adapters/alerts/memory_channel.ts";
import { type FakeClock, fakeClock } from "../../fake_clock.ts";
import { type Lab, lab, type LabOptions, NOON } from "../lab.ts";

/** Every rule of the box, over all assets. */
export const RULES = [
  alert.source(),
  alert.sensor(),
  alert.failure(),
  alert.ticks(),
  alert.promotion(),
  alert.late(),
  alert.daemon(),
  alert.check({ except: ["pm25"] }),
  alert.check({ rule: "pm25", checks: ["pm25"], by: "subjects", latest: 2 }),
];

/** A lab with what tells people of it. */
export interface Desk extends Lab {
  readonly clock: FakeClock;
  readonly alerter: Alerter;
  readonly channel: MemoryChannel;
  /** Ticks with all that it sets off, and what arrived since: `event rule subject: message`. */
  told(): Promise<string[]>;
  /** The open episodes: `rule subject`. */
  open(): Promise<string[]>;
}

export async function desk(
  assets: readonly AnyAsset[],
  alerting: Partial<AlerterOptions> = {},
  options: LabOptions = {},
): Promise<Desk> {
  const { clock = fakeClock(NOON) } = options;
  const opened = await lab(assets, { ...options, clock });
  const channel = new MemoryChannel();
  const { session } = opened.orchestrator;
  const alerter = new Alerter(session, { rules: RULES, channels: [channel], ...alerting });
  let seen = 0;
  return {
    ...opened,
    clock,
    alerter,
    channel,
    async told() {
      await alerter.settle(new AbortController().signal);
      const lines = channel.sent.slice(seen).map(({ event, rule, subject, message }) =>
        `${event} ${rule} ${subject}: ${message}`
      );
      seen = channel.sent.length;
      return lines;
    },
    open: async () => (await opened.state.alerts.open()).map(({ rule, subject }) => `${rule} ${subject}`),
  };
}
