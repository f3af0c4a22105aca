import { Injected } from "./ports.ts";
import type { Worker } from "./worker.ts";
import { type FileRef, type Publisher, PublishError, type Replacement } from "../../core/ports/publisher.ts";

/** The files of a lake, as the simulator looks at them past the publisher. */
export interface SimulatedLake {
  /** Called before a file that readers see changes. */
  changing: (path: string, content: string | undefined) => void;
  /** Files in whose place nothing can be written, and that cannot be taken away. */
  readonly closed: Set<string>;
  publisher(worker: Worker, between: () => Promise<void>): Publisher;
  /** Writes a staged file. */
  write(path: string, content: string): void;
  /** Gives a file other bytes, or takes it away, past everybody. */
  damage(path: string, content: string | undefined): void;
  read(path: string): string | undefined;
  /** Whether a file's bytes survive a loss of power. */
  isDurable(path: string): boolean;
  hash(content: string): string;
  /** Where a version of a file is kept. */
  kept(path: string, dataVersion: string): string;
  /** The paths of all files. */
  paths(): string[];
  /** The paths of the files below a folder. */
  below(folder: string): string[];
}

/** A lake in memory. The text of a file is its hash. */
export class Lake implements SimulatedLake {
  readonly files = new Map<string, string>();
  readonly closed = new Set<string>();
  changing: SimulatedLake["changing"] = () => {};

  publisher(_worker: Worker, between: () => Promise<void>): Publisher {
    return lakePublisher(this, between);
  }

  write(path: string, content: string): void {
    this.files.set(path, content);
  }

  damage(path: string, content: string | undefined): void {
    if (content === undefined) this.files.delete(path);
    else this.files.set(path, content);
  }

  read(path: string): string | undefined {
    return this.files.get(path);
  }

  isDurable(): boolean {
    return true;
  }

  hash(content: string): string {
    return content;
  }

  kept(path: string, dataVersion: string): string {
    return `_versions/${path}/${dataVersion}`;
  }

  paths(): string[] {
    return [...this.files.keys()];
  }

  below(folder: string): string[] {
    return [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`));
  }

  put(path: string, content: string | undefined): void {
    if (this.closed.has(path)) throw new Injected(`writing "${path}"`);
    this.changing(path, content);
    if (content === undefined) this.files.delete(path);
    else this.files.set(path, content);
  }
}

export function refOf(path: string, content: string): FileRef {
  return { path, size: content.length, hash: content };
}

/** Publishes in the lake. @param between Called between the single steps of a method. */
export function lakePublisher(lake: Lake, between: () => Promise<void> = () => Promise.resolve()): Publisher {
  const { files } = lake;
  const stands = (ref: FileRef) => files.get(ref.path) === ref.hash;
  const done = (change: Replacement) =>
    "temporary" in change ? !files.has(change.temporary) : !files.has(change.final);

  return {
    measure(batch) {
      return settled(() =>
        batch.flatMap((each) => {
          if (!("temporary" in each)) return [];
          const content = files.get(each.temporary);
          if (content === undefined) throw new PublishError(`staging "${each.final}": found no file`);
          return [refOf(each.final, content)];
        })
      );
    },
    async replace(batch, measured) {
      const puts = batch.flatMap((change) => "temporary" in change ? [change] : []);
      const lost = puts.find((change, i) => done(change) && !stands(measured[i]!));
      if (lost !== undefined) throw new PublishError(`publishing "${lost.final}": the staged file is gone`);
      const pending = batch.filter((change) => !done(change));
      for (const { final, standing } of pending) {
        const content = files.get(final);
        if (content === undefined || content !== standing?.hash) continue;
        files.set(lake.kept(final, standing.dataVersion), content);
        await between();
      }
      for (const change of pending) {
        if ("temporary" in change) {
          const content = files.get(change.temporary);
          if (content === undefined) throw new PublishError(`publishing "${change.final}": found no file`);
          lake.put(change.final, content);
          files.delete(change.temporary);
        } else lake.put(change.final, undefined);
        await between();
      }
    },
    async revert(batch, measured) {
      const becomes = new Map(measured.map(({ path, hash }) => [path, hash]));
      for (const change of batch) {
        if ("temporary" in change && files.has(change.temporary)) continue;
        const { final, standing } = change;
        const found = files.get(final);
        if (found !== undefined && found !== becomes.get(final)) continue;
        const kept = standing && files.get(lake.kept(final, standing.dataVersion));
        lake.put(final, standing?.hash === undefined || kept === standing.hash ? kept : undefined);
        await between();
      }
    },
    discard: (temporaries) => settled(() => temporaries.forEach((path) => files.delete(path))),
    clear: (folder) => settled(() => lake.below(folder).forEach((path) => files.delete(path))),
    intact: (refs) => settled(() => refs.map(stands)),
    present: (refs) =>
      settled(() => refs.map(({ path, size }) => refOf(path, files.get(path) ?? "").size === size)),
    found: (paths) =>
      settled(() =>
        paths.map((path) => {
          const content = files.get(path);
          return content === undefined ? undefined : refOf(path, content);
        })
      ),
    recall({ ref, dataVersion, temporary }) {
      return settled(() => {
        const content = files.get(lake.kept(ref.path, dataVersion));
        if (content !== ref.hash) return false;
        files.set(temporary, content);
        return true;
      });
    },
    remove(refs) {
      return settled(() => {
        const there = refs.filter(stands);
        for (const { path } of there) lake.put(path, undefined);
        return there.length;
      });
    },
  };
}

/** A synchronous act as a promise. */
async function settled<T>(act: () => T): Promise<T> {
  await null;
  return act();
}
