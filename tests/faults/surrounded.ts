import { generated } from "../../sources/openaq/simulator/generated.ts";
import type { FastTime } from "./clocks.ts";
import { Hook } from "./hook.ts";
import { Place } from "./place.ts";
import { punctual } from "./punctual.ts";
import { Server } from "./server.ts";
import { pause } from "./until.ts";

/** How long an answer takes, in milliseconds. */
const LATENCY = 400;
/** Of so many messages one is refused. */
const REFUSED = 4;

/** A lake that lives by a time of its own, with all that its programs speak to; dispose of it. */
export class Surrounded implements AsyncDisposable {
  private constructor(readonly server: Server, readonly hook: Hook, readonly place: Place) {}

  static async make(time: FastTime): Promise<Surrounded> {
    const server = new Server({ dataset: punctual(generated()), latency: LATENCY, clock: time });
    let told = 0;
    const hook = new Hook(async () => {
      await pause(LATENCY);
      return new Response(null, { status: ++told % REFUSED === 0 ? 503 : 200 });
    });
    const place = await Place.make({ ...server.env, ...hook.env, DEFAULT_LOOKBACK_DAYS: "1" });
    return new Surrounded(server, hook, place);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.hook[Symbol.asyncDispose]();
    await this.place[Symbol.asyncDispose]();
  }
}
