import type { Place } from "./place.ts";
import type { Program, StartOptions } from "./program.ts";
import { pause } from "./until.ts";

export interface MortalOptions extends Partial<StartOptions> {
  readonly place: Place;
  readonly args: readonly string[];
}

/** A program that is killed again and again, and started anew each time; dispose of it. */
export class Mortal implements AsyncDisposable {
  program: Program;
  readonly #options: MortalOptions;

  constructor(options: MortalOptions) {
    this.#options = options;
    this.program = this.#start();
  }

  /**
   * Lets it die so often.
   *
   * @param life How long the next life lasts, in milliseconds.
   * @param dies Called right before each death.
   */
  async die(times: number, life: () => number, dies: () => void | Promise<void>): Promise<void> {
    for (let death = 0; death < times; death++) {
      await pause(life());
      await dies();
      if (!this.program.signal("SIGKILL")) {
        throw new Error(`a daemon ended by itself: ${JSON.stringify(await this.program.ended)}`);
      }
      await this.program.ended;
      this.program = this.#start();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.program.signal("SIGKILL");
    await this.program.ended;
  }

  #start(): Program {
    const { place, args, ...options } = this.#options;
    return place.start(args, options);
  }
}
