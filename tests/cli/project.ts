import { dirname, fromFileUrl, join } from "@std/path";

const ROOT = dirname(dirname(dirname(fromFileUrl(import.meta.url))));
/** All of the program but its statements. */
const PARTS = [
  ...["main.ts", "keyboard.ts", "exit.ts", "exit_thread.ts", "app.ts", "config.ts", "deno.json", "deno.lock"],
  ...["adapters", "app", "cli", "core", "sources", "types"],
];

/** How a command of a process ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program with views of its own, whose commands are processes; dispose of it. */
export class ProjectFolder implements AsyncDisposable {
  private constructor(readonly root: string) {}

  static async open(): Promise<ProjectFolder> {
    const root = await Deno.makeTempDir({ prefix: "airgraph-project-" });
    for (const part of PARTS) await Deno.symlink(join(ROOT, part), join(root, part));
    await Deno.mkdir(join(root, "assets"));
    for (const { name } of Deno.readDirSync(join(ROOT, "assets"))) {
      await Deno.symlink(join(ROOT, "assets", name), join(root, "assets", name));
    }
    for (const folder of ["marts", "views"]) {
      await copyFolder(join(ROOT, "sql", folder), join(root, "sql", folder));
    }
    return new ProjectFolder(root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }

  /** Writes a view's file, or removes it. */
  async view(name: string, statement: string | null): Promise<void> {
    const path = join(this.root, "sql", "views", "vietnam", `${name}.sql`);
    await (statement === null ? Deno.remove(path) : Deno.writeTextFile(path, statement));
  }

  /** Changes a file of a part of the program, in a copy of that part. */
  async edit(part: string, file: string, change: (text: string) => string): Promise<void> {
    const folder = join(this.root, part);
    if ((await Deno.lstat(folder)).isSymlink) {
      await Deno.remove(folder);
      await copyFolder(join(ROOT, part), folder);
    }
    const path = join(folder, file);
    await Deno.writeTextFile(path, change(await Deno.readTextFile(path)));
  }

  /** Writes the module of a pipeline, which alone is composed from now on. */
  async pipeline(name: string, module: string): Promise<void> {
    await Deno.mkdir(join(this.root, "assets", name), { recursive: true });
    await Deno.writeTextFile(join(this.root, "assets", name, "mod.ts"), module);
    await Deno.writeTextFile(join(this.root, ".env"), `PIPELINES=${name}\n`);
  }

  get lake(): string {
    return join(this.root, "lake-simulated");
  }

  spawn(args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", join(this.root, "main.ts"), ...args],
      cwd: this.root,
      clearEnv: true,
      env: Object.fromEntries(["PATH", "HOME", "DENO_DIR"].map((name) => [name, Deno.env.get(name) ?? ""])),
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async run(...args: readonly string[]): Promise<Ended> {
    const { code, stdout, stderr } = await this.spawn(args).output();
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
