import { assert, assertRejects } from "@std/assert";
import { HOUR } from "../../../core/mod.ts";
import { OpenAQError } from "../../../sources/openaq/error.ts";
import { fakeClock } from "../../fake_clock.ts";
import { type Handler, NOW } from "./served.ts";

export const KEY = "secret-0123456789";
export const SENSOR = 50_000_001;
export const QUESTION = { sensor: SENSOR, from: NOW - 24 * HOUR, to: NOW };

export function auto() {
  return fakeClock(NOW, { auto: true });
}

/** Answers with each handler in turn, then with the last. */
export function inTurn(...handlers: [Handler, ...Handler[]]): Handler {
  return (request) => (handlers.length > 1 ? handlers.shift()! : handlers[0])(request);
}

export async function failure(ask: () => Promise<unknown>): Promise<OpenAQError> {
  const error = await assertRejects(ask, OpenAQError);
  assert(!error.message.includes(KEY) && !error.message.includes("\n"));
  return error;
}
