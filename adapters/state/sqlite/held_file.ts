/** A file that one process at a time has; it is there only meanwhile, or left over by one that was killed. */
export interface HeldFile extends Disposable {
  readonly file: Deno.FsFile;
}

/** Takes a file for this process, making it where it is not there. @returns Undefined while another process has it. */
export function holdFile(path: string): HeldFile | undefined {
  for (;;) {
    const file = Deno.openSync(path, { read: true, write: true, create: true });
    if (!file.tryLockSync(true)) {
      file.close();
      return undefined;
    }
    // Whoever had it before may just have taken it away.
    if (isAt(path, file.statSync())) return { file, [Symbol.dispose]: () => letGo(path, file) };
    file.close();
  }
}

function letGo(path: string, file: Deno.FsFile): void {
  if (isAt(path, file.statSync())) Deno.removeSync(path);
  file.close();
}

function isAt(path: string, { dev, ino }: Deno.FileInfo): boolean {
  try {
    const found = Deno.lstatSync(path);
    return found.dev === dev && found.ino === ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
