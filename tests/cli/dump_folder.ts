import { hash } from "node:crypto";
import { CommandLine, type Ran } from "./command_line.ts";

export const HEADER = "location,city,country,utc,local,parameter,value,unit,latitude,longitude,attribution\n";

/** A row of a daily file, at eleven o'clock in Bergen. */
export function row(
  day: string,
  location: string,
  parameter = "pm25",
  value: number | string = 12.5,
): string {
  const [utc, local] = [`${day}T10:00:00.000Z`, `${day}T11:00:00+01:00`];
  return `${location},Bergen,NO,${utc},${local},${parameter},${value},µg/m³,60.4,5.3,\n`;
}

/** A day's file: two rows that count and two that do not. */
export function usual(day: string): string {
  const rows = [
    row(day, "Pier"),
    row(day, "Quay", "co", 0.4),
    row(day, "Quay", "no2"),
    row(day, "Pier", "so2", -1),
  ];
  return HEADER + rows.join("");
}

export async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A folder of daily files, and commands over it. */
export class DumpFolder implements AsyncDisposable {
  private constructor(readonly line: CommandLine, readonly env: Readonly<Record<string, string>>) {}

  static async open(env: Readonly<Record<string, string>> = {}): Promise<DumpFolder> {
    const line = await CommandLine.open();
    await Deno.mkdir(`${line.cwd}/data`);
    return new DumpFolder(line, { PIPELINES: "dump", DUMP_URL: "data", ...env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.line[Symbol.asyncDispose]();
  }

  path(name: string): string {
    return `${this.line.cwd}/data/${name}`;
  }

  async put(name: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
    await Deno.writeFile(
      this.path(name),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }

  async run(command: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return await this.line.run(command.split(" "), { env: { ...this.env, ...env } });
  }

  /** The partitions that a run makes, by asset; what is made once is left out. */
  async made(env: Readonly<Record<string, string>> = {}): Promise<Record<string, string[]>> {
    const { json: { steps } } = await this.run("plan --json", env);
    const { code, stderr } = await this.run("materialize --json", env);
    if (code !== 0) throw new Error(stderr);
    const made: Record<string, string[]> = {};
    for (const { asset, from, to } of steps) (made[asset] ??= []).push(from === to ? from : `${from}/${to}`);
    return made;
  }

  /** Every file of the lake and its state, with its bytes' hash. */
  written(): Record<string, string> {
    const { cwd } = this.line;
    const below = (folder: string): string[] =>
      [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
        isDirectory ? below(`${folder}/${name}`) : [`${folder}/${name}`]
      );
    return Object.fromEntries(
      below(cwd).filter((path) => !path.startsWith(`${cwd}/data/`)).sort()
        .map((path) => [path.slice(cwd.length + 1), hash("sha256", Deno.readFileSync(path))]),
    );
  }

  async rows(sql: string, env: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>[]> {
    // The limit is of the whole process, which is that of other tests, too.
    const args = ["inspect", sql, "--json", "--memory", "8000"];
    const { json, stderr } = await this.line.run(args, { env: { ...this.env, ...env } });
    if (!Array.isArray(json)) throw new Error(stderr);
    return json;
  }
}
