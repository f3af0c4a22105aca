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

  async rows(sql: string, env: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>[]> {
    const { json, stderr } = await this.line.run(["inspect", sql, "--json"], {
      env: { ...this.env, ...env },
    });
    if (!Array.isArray(json)) throw new Error(stderr);
    return json;
  }
}
