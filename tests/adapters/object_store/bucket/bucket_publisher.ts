import { keptPath, lakePath } from "../../../../adapters/object_store/paths.ts";
import {
  type FileRef,
  type Publisher,
  PublishError,
  type Replacement,
  type Staged,
} from "../../../../core/mod.ts";
import type { Bucket } from "./bucket.ts";
import { refOf } from "./bucket_store.ts";

/** Publishes in a bucket: an object is put in the place of the one that was seen there, and of no other. */
export class BucketPublisher implements Publisher {
  constructor(readonly bucket: Bucket) {}

  async measure(batch: readonly Staged[]): Promise<FileRef[]> {
    return await Promise.all(
      batch.filter((change) => "temporary" in change).map(async (change) => {
        const ref = await this.#ref(change.temporary);
        if (ref === undefined) throw new PublishError(`staging "${change.final}": found no object`);
        return { ...ref, path: change.final };
      }),
    );
  }

  async replace(batch: readonly Replacement[], measured: readonly FileRef[]): Promise<void> {
    const becomes = hashes(batch, measured);
    for (const change of batch) await this.#requireSource(change, becomes.get(change.final));
    for (const change of batch) await this.#replace(change);
  }

  async #requireSource(change: Replacement, hash: string | undefined): Promise<void> {
    if (!("temporary" in change) || await this.bucket.get(change.temporary) !== undefined) return;
    if ((await this.#ref(change.final))?.hash === hash) return;
    throw new PublishError(
      `publishing "${change.final}": the staged object is gone, wanted it or its content`,
    );
  }

  async #replace(change: Replacement): Promise<void> {
    const { final, standing } = change;
    const stands = await this.bucket.get(final);
    const source = "temporary" in change ? await this.bucket.get(change.temporary) : undefined;
    if ("temporary" in change && source === undefined) return;
    if (stands !== undefined && standing !== undefined) {
      const kept = keptPath(final, standing.dataVersion);
      const sure = standing.hash === undefined
        ? await this.bucket.get(kept) === undefined
        : refOf(final, stands.bytes).hash === standing.hash;
      if (sure) await this.bucket.put(kept, stands.bytes);
    }
    if (source === undefined) return await this.bucket.delete(final);
    if (!await this.bucket.put(final, source.bytes, { replaces: stands?.etag ?? null })) {
      throw new PublishError(`publishing "${final}": another has written it meanwhile`);
    }
    if ("temporary" in change) await this.bucket.delete(change.temporary);
  }

  async revert(batch: readonly Replacement[], measured: readonly FileRef[]): Promise<void> {
    const becomes = hashes(batch, measured);
    for (const { final, standing } of batch) {
      const found = await this.bucket.get(final);
      const hash = found && refOf(final, found.bytes).hash;
      if (hash !== undefined && (hash !== becomes.get(final) || hash === standing?.hash)) continue;
      const kept = standing && await this.bucket.get(keptPath(final, standing.dataVersion));
      const isWhole = kept !== undefined &&
        (standing?.hash === undefined || refOf(final, kept.bytes).hash === standing.hash);
      if (!isWhole) await this.bucket.delete(final);
      else await this.bucket.put(final, kept.bytes, { replaces: found?.etag ?? null });
    }
  }

  async discard(temporaries: readonly string[]): Promise<void> {
    for (const path of temporaries) await this.bucket.delete(lakePath(path));
  }

  async clear(folder: string): Promise<void> {
    await this.discard(await this.bucket.list(`${lakePath(folder)}/`));
  }

  async intact(refs: readonly FileRef[]): Promise<boolean[]> {
    return await Promise.all(refs.map(async ({ path, size, hash }) => {
      const found = await this.#ref(path);
      return found?.size === size && found.hash === hash;
    }));
  }

  async present(refs: readonly FileRef[]): Promise<boolean[]> {
    return await Promise.all(refs.map(async ({ path, size }) => (await this.#ref(path))?.size === size));
  }

  async found(paths: readonly string[]): Promise<(FileRef | undefined)[]> {
    return await Promise.all(paths.map((path) => this.#ref(path)));
  }

  async recall(
    { ref, dataVersion, temporary }: {
      readonly ref: FileRef;
      readonly dataVersion: string;
      readonly temporary: string;
    },
  ): Promise<boolean> {
    const kept = await this.bucket.get(keptPath(ref.path, dataVersion));
    if (kept === undefined || refOf("", kept.bytes).hash !== ref.hash) return false;
    return await this.bucket.put(temporary, kept.bytes);
  }

  async remove(refs: readonly FileRef[]): Promise<number> {
    const intact = await this.intact(refs);
    const there = refs.filter((_, i) => intact[i]);
    await this.discard(there.map(({ path }) => path));
    return there.length;
  }

  async #ref(path: string): Promise<FileRef | undefined> {
    const found = await this.bucket.get(lakePath(path));
    return found && refOf(path, found.bytes);
  }
}

/** The new content of each file. */
function hashes(batch: readonly Replacement[], measured: readonly FileRef[]): ReadonlyMap<string, string> {
  const puts = batch.filter((change) => "temporary" in change);
  return new Map(puts.map(({ final }, i) => [final, measured[i]!.hash]));
}
