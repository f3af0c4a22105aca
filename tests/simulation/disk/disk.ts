import type { Chance } from "../chance.ts";

/** A file's bytes or a folder, by whatever names. */
export interface Inode {
  readonly ino: number;
  readonly isDirectory: boolean;
  content: Uint8Array<ArrayBuffer>;
  /** The content that survives a loss of power for sure; undefined if it was never synced. */
  synced: Uint8Array<ArrayBuffer> | undefined;
}

type Tree = Map<string, Inode>;

/** A change of names that a loss of power may undo. */
interface Change {
  readonly paths: readonly string[];
  readonly apply: (tree: Tree) => void;
}

const EMPTY = new Uint8Array(0);

/**
 * A file system that loses at a loss of power what was not synced, as a journaling one does: changes of names are kept up to
 * some point, and beyond it those whose folder was synced; bytes that were not synced may be there, be gone, or be those
 * of before.
 */
export class Disk {
  #now: Tree = new Map();
  #durable: Tree = new Map();
  #pending: Change[] = [];
  #inodes = 0;

  find(path: string): Inode | undefined {
    return path === "" ? ROOT : this.#now.get(path);
  }

  /** The paths of all files. */
  files(): string[] {
    return [...this.#now].filter(([, { isDirectory }]) => !isDirectory).map(([path]) => path);
  }

  /** The paths of what lies directly in a folder. */
  within(folder: string): string[] {
    return [...this.#now.keys()].filter((path) => parent(path) === folder);
  }

  makeFolder(path: string): void {
    this.link(path, this.#inode(true, EMPTY));
  }

  write(path: string, content: Uint8Array<ArrayBuffer>): void {
    const there = this.#now.get(path);
    if (there !== undefined) there.content = content;
    else this.link(path, this.#inode(false, content));
  }

  link(path: string, inode: Inode): void {
    this.#change({ paths: [path], apply: (tree) => tree.set(path, inode) });
  }

  remove(path: string): void {
    this.#change({ paths: [path], apply: (tree) => tree.delete(path) });
  }

  rename(from: string, to: string): void {
    const inode = this.#now.get(from)!;
    this.#change({
      paths: [from, to],
      apply(tree) {
        tree.delete(from);
        tree.set(to, inode);
      },
    });
  }

  /** Makes a file's bytes durable, or the names in a folder. */
  sync(path: string): void {
    const inode = this.find(path)!;
    if (!inode.isDirectory) inode.synced = inode.content;
    else this.#persist((change) => change.paths.some((each) => parent(each) === path));
  }

  /** Loses power and comes back. */
  cut(chance: Chance): void {
    const tree = new Map(this.#durable);
    const kept = chance.between(0, this.#pending.length);
    for (const change of this.#pending.slice(0, kept)) change.apply(tree);
    for (const path of [...tree.keys()].sort((a, b) => a.length - b.length)) {
      const folder = parent(path);
      if (folder !== "" && !tree.has(folder)) tree.delete(path);
    }
    for (const inode of new Set(tree.values())) {
      if (inode.synced !== inode.content) {
        inode.content = chance.pick([inode.synced ?? EMPTY, EMPTY, inode.content]);
      }
      inode.synced = inode.content;
    }
    this.#now = tree;
    this.#durable = new Map(tree);
    this.#pending = [];
  }

  #inode(isDirectory: boolean, content: Uint8Array<ArrayBuffer>): Inode {
    return { ino: ++this.#inodes, isDirectory, content, synced: undefined };
  }

  #change(change: Change): void {
    change.apply(this.#now);
    this.#pending.push(change);
  }

  /** Makes changes durable, and those before them of the same names. */
  #persist(isMeant: (change: Change) => boolean): void {
    const wanted = new Set<Change>();
    const names = new Set<string>();
    for (const change of this.#pending.toReversed()) {
      if (!isMeant(change) && !change.paths.some((path) => names.has(path))) continue;
      wanted.add(change);
      for (const path of change.paths) names.add(path);
    }
    for (const change of this.#pending) if (wanted.has(change)) change.apply(this.#durable);
    this.#pending = this.#pending.filter((change) => !wanted.has(change));
  }
}

const ROOT: Inode = { ino: 0, isDirectory: true, content: EMPTY, synced: EMPTY };

/** The folder of a path, `""` for the topmost. */
export function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
