import { Injected } from "../ports.ts";
import { type Disk, type Inode, parent } from "./disk.ts";

/** A process's view of a disk. */
export interface Mount {
  readonly disk: Disk;
  /** Lets others go on before a call that takes time; may fail. */
  readonly step: () => Promise<void>;
  /** Whether the process dies before a call that changes something. */
  readonly dies: () => boolean;
  /** Files that stay as they are. */
  readonly closed: ReadonlySet<string>;
  /** Called before a name comes to stand for other bytes, or for none. */
  readonly changing: (path: string, inode: Inode | undefined) => void;
}

/** Below this, paths name a mount and a path on its disk. */
const ROOT = "/simulated/";
const mounts: Mount[] = [];

/** Makes a disk reachable through Deno's own functions. @returns The path of its root. */
export function mount(one: Mount): string {
  if (mounts.length === 0) install();
  return `${ROOT}${mounts.push(one) - 1}`;
}

function at(local: string): Mount & { readonly path: string } {
  const [id = "", ...names] = local.slice(ROOT.length).split("/");
  return { ...mounts[Number(id)]!, path: names.join("/") };
}

/** A mount whose process goes on to change something. */
function changing(local: string): Mount & { readonly path: string } {
  const one = at(local);
  if (one.dies()) throw new Injected("a dead process");
  requireOpen(one, one.path);
  return one;
}

function requireOpen({ closed }: Mount, path: string): void {
  if (closed.has(path)) throw new Injected(`writing "${path}"`);
}

function there(disk: Disk, path: string): Inode {
  const inode = disk.find(path);
  if (inode === undefined) throw new Deno.errors.NotFound(`found nothing at "${path}"`);
  return inode;
}

function info({ ino, isDirectory, content }: Inode) {
  return { ino, isDirectory, isFile: !isDirectory, isSymlink: false, size: content.length };
}

function file({ disk, step, path }: Mount & { readonly path: string }) {
  const inode = there(disk, path);
  let read = 0;
  const close = () => {};
  return {
    close,
    [Symbol.dispose]: close,
    stat: () => Promise.resolve(info(inode)),
    read(buffer: Uint8Array) {
      const bytes = inode.content.subarray(read, read + buffer.length);
      buffer.set(bytes);
      read += bytes.length;
      return Promise.resolve(bytes.length === 0 ? null : bytes.length);
    },
    async sync() {
      await step();
      if (disk.find(path) === inode || !inode.isDirectory) disk.sync(path);
    },
  };
}

/** Deno's functions, as far as a lake in a folder needs them. */
const CALLS = {
  open(local: string) {
    return Promise.resolve().then(() => file(at(local)));
  },
  stat(local: string) {
    return Promise.resolve().then(() => CALLS.lstatSync(local));
  },
  realPath(local: string) {
    return CALLS.stat(local).then(() => local);
  },
  lstatSync(local: string) {
    const { disk, path } = at(local);
    return info(there(disk, path));
  },
  mkdirSync(local: string) {
    const { disk, path } = changing(local);
    if (path === "") return;
    if (disk.find(path) !== undefined) throw new Deno.errors.AlreadyExists(path);
    there(disk, parent(path));
    disk.makeFolder(path);
  },
  renameSync(local: string, to: string) {
    const { disk, path, ...one } = changing(local);
    const inode = there(disk, path);
    const target = at(to).path;
    there(disk, parent(target));
    requireOpen({ disk, ...one }, target);
    one.changing(target, inode);
    disk.rename(path, target);
  },
  linkSync(local: string, to: string) {
    const { disk, path, ...one } = changing(local);
    const inode = there(disk, path);
    const target = at(to).path;
    there(disk, parent(target));
    if (disk.find(target) !== undefined) throw new Deno.errors.AlreadyExists(target);
    one.changing(target, inode);
    disk.link(target, inode);
  },
  removeSync(local: string) {
    const { disk, path, ...one } = changing(local);
    const { isDirectory } = there(disk, path);
    if (isDirectory && disk.within(path).length > 0) throw new Error("Directory not empty (os error 39)");
    one.changing(path, undefined);
    disk.remove(path);
  },
  async remove(local: string) {
    const { step } = at(local);
    await step();
    const { disk, path } = changing(local);
    there(disk, path);
    const below = (folder: string): string[] => disk.within(folder).flatMap((each) => [...below(each), each]);
    for (const each of [...below(path), path]) disk.remove(each);
  },
  async copyFile(local: string, to: string) {
    const { step } = at(local);
    await step();
    const { disk, path } = changing(local);
    const { content } = there(disk, path);
    const target = at(to).path;
    there(disk, parent(target));
    disk.write(target, content);
  },
};

/** Lets Deno's functions reach mounts; other paths stay as they are. */
function install(): void {
  for (const [name, call] of Object.entries(CALLS)) {
    const real = Deno[name as keyof typeof CALLS] as (...args: unknown[]) => unknown;
    const simulated = call as (...args: unknown[]) => unknown;
    Object.assign(Deno, {
      [name]: (...args: unknown[]) => `${args[0]}`.startsWith(ROOT) ? simulated(...args) : real(...args),
    });
  }
}
