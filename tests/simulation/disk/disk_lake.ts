import { keptPath } from "../../../adapters/object_store/paths.ts";
import { LakeFolder } from "../../../adapters/object_store/local/lake_folder.ts";
import { LocalPublisher } from "../../../adapters/object_store/local/publisher.ts";
import { sha256 } from "../../../core/fingerprint.ts";
import type { Publisher } from "../../../core/ports/publisher.ts";
import { isPublic } from "../content.ts";
import type { SimulatedLake } from "../lake.ts";
import type { Worker } from "../worker.ts";
import { Disk, type Inode, parent } from "./disk.ts";
import { mount } from "./mounts.ts";

/** A lake on a disk that may lose power, published in by the same code as a real folder. */
export class DiskLake implements SimulatedLake {
  readonly disk = new Disk();
  readonly closed = new Set<string>();
  changing: SimulatedLake["changing"] = () => {};

  publisher(worker: Worker, between: () => Promise<void>): Publisher {
    const root = mount({
      disk: this.disk,
      step: between,
      dies: () => worker.world.dies(worker),
      closed: this.closed,
      changing: (path, inode) => {
        if (isPublic(path)) this.changing(path, inode && textOf(inode));
      },
    });
    return new LocalPublisher(new LakeFolder(root));
  }

  write(path: string, content: string): void {
    const missing: string[] = [];
    for (let folder = parent(path); this.disk.find(folder) === undefined; folder = parent(folder)) {
      missing.unshift(folder);
    }
    for (const folder of missing) this.disk.makeFolder(folder);
    this.disk.write(path, new TextEncoder().encode(content));
  }

  damage(path: string, content: string | undefined): void {
    this.disk.remove(path);
    if (content !== undefined) {
      this.disk.write(path, new TextEncoder().encode(content));
      this.disk.sync(path);
    }
    this.disk.sync(parent(path));
  }

  read(path: string): string | undefined {
    const inode = this.disk.find(path);
    return inode === undefined || inode.isDirectory ? undefined : textOf(inode);
  }

  isDurable(path: string): boolean {
    const inode = this.disk.find(path);
    return inode === undefined || inode.synced === inode.content;
  }

  hash(content: string): string {
    return sha256(content);
  }

  kept(path: string, dataVersion: string): string {
    return keptPath(path, dataVersion);
  }

  paths(): string[] {
    return this.disk.files();
  }

  below(folder: string): string[] {
    return this.paths().filter((path) => path.startsWith(`${folder}/`));
  }
}

function textOf({ content }: Inode): string {
  return new TextDecoder().decode(content);
}
