import { join } from "@std/path";
import { CommandLine } from "./command_line.ts";

const HEAD = `import { daily, daysOfMonth, from, identity, lookBack, monthly, sourceFile } from "airgraph";
import * as lake from "airgraph/assets";
const { optional, required } = lake;
const sources = [sourceFile(import.meta.url)];
const row = { columns: [required("one", "int32")], rows: [{ one: 1 }] };
`;

/** A group of tables in a folder of its own, and the commands over it; dispose of it. */
export class OwnTables implements AsyncDisposable {
  private constructor(readonly line: CommandLine) {}

  /**
   * Writes the group.
   *
   * @param declared The statements that end in returning the assets, where `data` is the folder `data`.
   * @param programs The statements of `sql/marts` by name.
   */
  static async open(declared: string, programs: Readonly<Record<string, string>>): Promise<OwnTables> {
    const line = await CommandLine.open();
    for (const folder of ["sql/marts", "data"]) {
      await Deno.mkdir(join(line.cwd, folder), { recursive: true });
    }
    for (const [name, statement] of Object.entries(programs)) {
      await Deno.writeTextFile(join(line.cwd, "sql/marts", `${name}.sql`), statement);
    }
    const group = `export const group = { name: "own", declare({ folder, views }) {
      const data = folder("data");
      ${declared}
    } };`;
    await Deno.writeTextFile(join(line.cwd, "own.ts"), `${HEAD}${group}\n`);
    return new OwnTables(line);
  }

  /** Puts a file into the folder `data`. */
  async put(name: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(join(this.line.cwd, "data", name), bytes);
  }

  async run(...args: readonly string[]) {
    return await this.line.run(args, { env: { GRAPH: "own.ts" } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.line[Symbol.asyncDispose]();
  }
}
