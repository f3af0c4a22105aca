import { join } from "@std/path";
import { CommandLine } from "../cli/command_line.ts";
import { Program, type StartOptions } from "./program.ts";

/** A temporary folder with a lake and its state; dispose of it. Nothing of this process's environment reaches its programs. */
export class Place implements AsyncDisposable {
  private constructor(readonly folder: string, readonly env: Readonly<Record<string, string>>) {}

  /** A place of its own with a copy of the lake and its state, which nobody may be at work on. */
  async copy(changed: Readonly<Record<string, string>> = {}): Promise<Place> {
    const { LAKE_URL: _lake, STATE_URL: _state, ...env } = this.env;
    const copy = await Place.make({ ...env, ...changed });
    const { success } = await new Deno.Command("cp", { args: ["-a", `${this.folder}/.`, copy.folder] })
      .output();
    if (!success) throw new Error(`copying "${this.folder}" failed`);
    return copy;
  }

  /** @param env Beside LAKE_URL and STATE_URL, which are given. */
  static async make(env: Readonly<Record<string, string>>): Promise<Place> {
    const folder = await Deno.makeTempDir({ prefix: "airgraph-faults-" });
    const places = { LAKE_URL: join(folder, "lake"), STATE_URL: join(folder, "state", "lake.sqlite") };
    return new Place(folder, { ...places, ...env });
  }

  get lake(): string {
    return this.env.LAKE_URL!;
  }

  get state(): string {
    return this.env.STATE_URL!;
  }

  /** Starts the program as a process. */
  start(args: readonly string[], { env, ...options }: Partial<StartOptions> = {}): Program {
    return new Program(args, { cwd: this.folder, env: { ...this.env, ...env }, ...options });
  }

  /** Runs the program as a process, to its end. */
  run(args: readonly string[], options: Partial<StartOptions> = {}) {
    return this.start(args, options).ended;
  }

  /** The JSON answer of a command that only reads; asked in this process, where that is quicker. */
  // deno-lint-ignore no-explicit-any
  async ask(args: readonly string[]): Promise<any> {
    await using line = await CommandLine.open();
    const { code, json, stderr } = await line.run([...args, "--json"], { env: this.env });
    if (code !== 0) throw new Error(`"${args.join(" ")}" ended with ${code}: ${stderr}`);
    return json;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
