import type { Clock } from "../../core/mod.ts";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { Hook } from "./hook.ts";
import { Place } from "./place.ts";
import { punctual } from "./punctual.ts";
import { Server } from "./server.ts";

/** How long an answer takes, in milliseconds. */
const LATENCY = 400;

/** A lake that lives by a time of its own, with all that its programs speak to; dispose of it. */
export class Surrounded implements AsyncDisposable {
  private constructor(readonly server: Server, readonly hook: Hook, readonly place: Place) {}

  static async make(time: Pick<Clock, "now">): Promise<Surrounded> {
    const server = new Server({ dataset: punctual(generated()), latency: LATENCY, clock: time });
    const hook = new Hook();
    const place = await Place.make({ ...server.env, ...hook.env, DEFAULT_LOOKBACK_DAYS: "1" });
    return new Surrounded(server, hook, place);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.hook[Symbol.asyncDispose]();
    await this.place[Symbol.asyncDispose]();
  }
}
