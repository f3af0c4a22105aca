import { dirname, join } from "node:path";
import type { Clock } from "../core/mod.ts";
import { Heartbeat } from "./heartbeat.ts";

/** The longest time that a timer can be set for. */
const LONGEST = 2 ** 31 - 1;

const heartbeat = new Heartbeat(() => performance.now());

/** The machine's clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  awake: () => heartbeat.awake(),
  asleep: () => heartbeat.asleep(),
  sleep(duration, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        heartbeat.end();
      };
      const abort = () => {
        leave();
        reject(signal?.reason);
      };
      const wake = () => {
        const left = until - heartbeat.awake();
        if (left >= 1) return void (timer = setTimeout(wake, Math.min(left, LONGEST)));
        leave();
        resolve();
      };
      heartbeat.begin();
      const until = heartbeat.awake() + duration;
      let timer = setTimeout(wake, Math.max(0, Math.min(duration, LONGEST)));
      signal?.addEventListener("abort", abort, { once: true });
    });
  },
};

/** An error as one line, without its class. */
export function lineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
}

/** The program's own folder. */
export const PROJECT = dirname(import.meta.dirname!);

/** A file or folder of the program itself. */
export function projectFile(path: string): string {
  return join(PROJECT, path);
}
/**
 * Wakes by the runtime's cron each minute, until it is aborted; nothing relies on it.
 *
 * @param cron Undefined where deno.json is not read.
 */
export function alarm(wake: () => void, signal: AbortSignal, cron: typeof Deno.cron | undefined): void {
  cron?.("wake the daemon", "* * * * *", { signal }, wake).catch(() => {});
}
