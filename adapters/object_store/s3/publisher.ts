import { hash } from "node:crypto";
import {
  type FileRef,
  type Publisher,
  PublishError,
  type Replacement,
  type Staged,
} from "../../../core/mod.ts";
import { each } from "../each.ts";
import { keptPath, lakePath } from "../paths.ts";
import type { Head, S3Bucket } from "./bucket.ts";
import type { LocalCache } from "./cache.ts";
import { headsOf, measureOf, sizesOf, WIDTH } from "./looks.ts";

/** A change, and what its file becomes: undefined where it is taken away. */
interface Change {
  readonly replacement: Replacement;
  readonly becomes: FileRef | undefined;
}

/**
 * Publishes in a bucket: an object is put in the place of the one that was seen there, and of no other, so that who slept
 * overwrites nothing of who came after. A staged object goes once its content is in place.
 */
export class S3Publisher implements Publisher {
  constructor(readonly bucket: S3Bucket, readonly cache: LocalCache) {}

  async measure(batch: readonly Staged[]): Promise<FileRef[]> {
    const puts = batch.filter((change) => "temporary" in change);
    const refs: FileRef[] = new Array(puts.length);
    await each(puts, WIDTH, async ({ final, temporary, written }, place) => {
      const measured = written ?? await this.#measured(temporary);
      if (measured === undefined) {
        throw new PublishError(`staging "${final}": found nothing at "${temporary}", wanted an object`);
      }
      refs[place] = { path: final, ...measured };
    });
    return refs;
  }

  async replace(batch: readonly Replacement[], measured: readonly FileRef[]): Promise<void> {
    const changes = changesOf(batch, measured);
    const stands = await headsOf(this.bucket, batch.map(({ final }) => final), WIDTH);
    const open = await this.#open(changes, stands);
    await each(open, WIDTH, ({ change, stands }) => this.#replace(change, stands));
    // All is in place; what cannot be tidied away goes with the run's folder.
    const staged = batch.flatMap((change) => "temporary" in change ? [change.temporary] : []);
    await this.discard(staged).catch(() => {});
  }

  /** What is not in place yet. @throws {PublishError} If what it takes is gone: nothing is changed then. */
  async #open(changes: readonly Change[], stands: readonly (Head | undefined)[]) {
    const open: { change: Change; stands: Head | undefined }[] = [];
    await each(changes, WIDTH, async (change, place) => {
      const { replacement, becomes } = change;
      const head = stands[place];
      if (becomes === undefined) {
        if (head !== undefined) open.push({ change, stands: head });
        return;
      }
      if ((await measureOf(this.bucket, becomes.path, head))?.hash === becomes.hash) {
        // The same bytes may be a file of two versions, and be kept of the one before.
        if (replacement.standing?.hash === becomes.hash) open.push({ change, stands: head });
        return;
      }
      if ("temporary" in replacement && await this.bucket.head(replacement.temporary) !== undefined) {
        open.push({ change, stands: head });
        return;
      }
      throw new PublishError(
        `publishing "${becomes.path}": the staged object is gone, wanted it or its content in place`,
      );
    });
    return open;
  }

  async #replace({ replacement, becomes }: Change, stands: Head | undefined): Promise<void> {
    const { final, standing } = replacement;
    if (standing !== undefined && stands !== undefined) await this.#keep(final, standing, stands);
    if (becomes !== undefined && (await measureOf(this.bucket, final, stands))?.hash === becomes.hash) return;
    const done = becomes === undefined
      ? stands === undefined || await this.bucket.deleteSeen(final, stands.etag)
      : await this.#put(replacement, becomes, stands);
    if (!done) throw new PublishError(`publishing "${final}": another has written it meanwhile`);
  }

  async #put(replacement: Replacement, becomes: FileRef, stands: Head | undefined): Promise<boolean> {
    const bytes = await this.#staged(replacement, becomes);
    if (bytes === undefined) {
      throw new PublishError(`publishing "${becomes.path}": the staged object is not what was audited`);
    }
    if (await this.bucket.put(becomes.path, bytes, { replaces: stands?.etag ?? null })) return true;
    // An answer may have been lost: then what was sent once more met itself.
    return (await this.#measured(becomes.path))?.hash === becomes.hash;
  }

  /** The bytes that were audited; undefined where the staged object is another, or gone. */
  async #staged(replacement: Replacement, becomes: FileRef): Promise<Uint8Array | undefined> {
    if (!("temporary" in replacement)) return undefined;
    const cached = await this.cache.read(becomes);
    if (cached !== undefined) return cached;
    const found = await this.bucket.get(replacement.temporary);
    return found !== undefined && hash("sha256", found.bytes) === becomes.hash ? found.bytes : undefined;
  }

  /** Keeps what stands, as long as it is what is recorded to. */
  async #keep(final: string, standing: NonNullable<Replacement["standing"]>, stands: Head): Promise<void> {
    const kept = keptPath(final, standing.dataVersion);
    const isSure = standing.hash === undefined
      ? await this.bucket.head(kept) === undefined
      : (await measureOf(this.bucket, final, stands))?.hash === standing.hash;
    if (isSure && !await this.bucket.copy(final, stands.etag, kept)) {
      throw new PublishError(`keeping the version before of "${final}": another has written it meanwhile`);
    }
  }

  async revert(batch: readonly Replacement[], measured: readonly FileRef[]): Promise<void> {
    await each(changesOf(batch, measured), WIDTH, async ({ replacement: { final, standing }, becomes }) => {
      const found = await this.bucket.head(final);
      if (found !== undefined) {
        const { hash } = await measureOf(this.bucket, final, found) ?? {};
        // What stands is another's, or stood before just as it was to stand.
        if (hash !== becomes?.hash || hash === standing?.hash) return;
      }
      const kept = standing && await this.bucket.get(keptPath(final, standing.dataVersion));
      const isWhole = kept !== undefined &&
        (standing?.hash === undefined || hash("sha256", kept.bytes) === standing.hash);
      if (isWhole) await this.bucket.put(final, kept.bytes, { replaces: found?.etag ?? null });
      else if (found !== undefined) await this.bucket.deleteSeen(final, found.etag);
    });
  }

  async discard(temporaries: readonly string[]): Promise<void> {
    await this.bucket.delete(temporaries.map(lakePath));
  }

  async clear(folder: string): Promise<void> {
    const keys = await Array.fromAsync(this.bucket.list(`${lakePath(folder)}/`), ({ key }) => key);
    await this.bucket.delete(keys);
  }

  async intact(refs: readonly FileRef[]): Promise<boolean[]> {
    const heads = await headsOf(this.bucket, refs.map(({ path }) => lakePath(path)), WIDTH);
    const intact: boolean[] = new Array(refs.length);
    await each(refs, WIDTH, async ({ path, size, hash }, place) => {
      const head = heads[place];
      intact[place] = head?.size === size && (await measureOf(this.bucket, path, head))?.hash === hash;
    });
    return intact;
  }

  async present(refs: readonly FileRef[]): Promise<boolean[]> {
    const sizes = await sizesOf(this.bucket, refs.map(({ path }) => lakePath(path)), WIDTH);
    return refs.map(({ path, size }) => sizes.get(path) === size);
  }

  async found(paths: readonly string[]): Promise<(FileRef | undefined)[]> {
    const found: (FileRef | undefined)[] = new Array(paths.length);
    await each(paths, WIDTH, async (path, place) => {
      const measured = await this.#measured(path);
      found[place] = measured && { path, ...measured };
    });
    return found;
  }

  async recall(
    version: { readonly ref: FileRef; readonly dataVersion: string; readonly temporary: string },
  ): Promise<boolean> {
    const { ref, dataVersion, temporary } = version;
    const kept = keptPath(ref.path, dataVersion);
    const head = await this.bucket.head(kept);
    const measured = await measureOf(this.bucket, kept, head);
    if (head === undefined || measured?.hash !== ref.hash || measured.size !== ref.size) return false;
    return await this.bucket.copy(kept, head.etag, lakePath(temporary));
  }

  async remove(refs: readonly FileRef[]): Promise<number> {
    const heads = await headsOf(this.bucket, refs.map(({ path }) => lakePath(path)), WIDTH);
    let removed = 0;
    await each(refs, WIDTH, async ({ path, size, hash }, place) => {
      const head = heads[place];
      if (head?.size !== size || (await measureOf(this.bucket, path, head))?.hash !== hash) return;
      if (await this.bucket.deleteSeen(path, head.etag)) removed++;
    });
    return removed;
  }

  async #measured(path: string) {
    const key = lakePath(path);
    return await measureOf(this.bucket, key, await this.bucket.head(key));
  }
}

function changesOf(batch: readonly Replacement[], measured: readonly FileRef[]): Change[] {
  const refs = measured.values();
  return batch.map((replacement) => {
    const ref = "temporary" in replacement ? refs.next().value : undefined;
    return { replacement, becomes: ref && { ...ref, path: replacement.final } };
  });
}
