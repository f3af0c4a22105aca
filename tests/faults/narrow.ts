import { assert } from "@std/assert";

/** Something of one small file system, or else of files that cannot grow. */
export interface Narrow extends AsyncDisposable {
  /** The wrapper that the program is started in. */
  readonly within: readonly string[];
  widen(): Promise<void>;
}

/** A folder of limited room: a small file system of its own where one may be mounted. */
export async function narrow(folder: string, kilobytes: number): Promise<Narrow> {
  const size = `size=${kilobytes}k`;
  if (await succeeds("mount", "-t", "tmpfs", "-o", size, "tmpfs", folder)) {
    return {
      within: [],
      async widen() {
        assert(await succeeds("mount", "-o", "remount,size=64m", folder));
      },
      async [Symbol.asyncDispose]() {
        assert(await succeeds("umount", folder));
      },
    };
  }
  console.log("no file system can be mounted: files are kept from growing instead");
  return {
    within: ["bash", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "bash"],
    widen: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
