import {
  type FileRef,
  type Publisher,
  PublishError,
  type Replacement,
  sha256,
  type Staged,
} from "../../../core/mod.ts";
import { keptPath } from "../paths.ts";
import { digest, digestAt } from "./digest.ts";
import { each } from "../each.ts";
import { isAbsent, type LakeFolder, WIDTH } from "./lake_folder.ts";
import { trouble } from "../../sdk/files/trouble.ts";

/** Where a link is made before it takes the place of another. */
const LINKS = "_staging/links";

type Put = Extract<Staged, { readonly temporary: string }>;

/**
 * Publishes in a folder: what stands is kept by a hard link, then a rename puts the new file over it. All is synced in
 * this order: the staged files, the links, the renames; so that after a loss of power, too, a version is either in place
 * or kept.
 */
export class LocalPublisher implements Publisher {
  readonly #folder: LakeFolder;

  constructor(folder: LakeFolder) {
    this.#folder = folder;
  }

  async measure(batch: readonly Staged[]): Promise<FileRef[]> {
    const puts = batch.filter(isPut);
    const refs: FileRef[] = new Array(puts.length);
    try {
      await each(puts, WIDTH, async ({ final, temporary, written }, index) => {
        refs[index] = await this.#attempt(`staging "${final}"`, async () => {
          using file = await this.#openStaged(temporary);
          const found = written ?? await digest(file);
          await file.sync();
          return { path: final, ...found };
        });
      });
      await this.#folder.syncEntriesOf(puts.map(({ temporary }) => temporary));
    } catch (error) {
      // What cannot be discarded goes with the run's folder; it must not hide the cause.
      await this.discard(puts.map(({ temporary }) => temporary)).catch(() => {});
      throw error;
    }
    return refs;
  }

  /** Opens a staged file for reading. @throws {Error} If it is none of the lake's own, such as a link to another. */
  async #openStaged(path: string): Promise<Deno.FsFile> {
    const local = this.#folder.at(path);
    const found = stat(local);
    if (found?.isFile) return await Deno.open(local);
    const what = found === undefined
      ? "nothing"
      : found.isSymlink
      ? "a link"
      : found.isDirectory
      ? "a folder"
      : "a device";
    throw new Error(`found ${what} at "${path}", wanted a regular file`);
  }

  async replace(batch: readonly Replacement[], measured: readonly FileRef[]): Promise<void> {
    await this.#requireSame("publishing");
    await this.#assertDone(batch, measured);
    const pending = batch.filter((change) => this.#stands(sourceOf(change)));
    const kept = await this.#keep(pending);
    await this.#folder.syncEntriesOf(kept);
    await this.#put(pending);
    await this.#folder.syncEntriesOf(batch.map(({ final }) => final));
    await this.#requireSame("publishing");
  }

  #requireSame(action: string): Promise<void> {
    return this.#attempt(action, () => this.#folder.requireSame());
  }

  /** Whether what is no longer staged has become what it was to become. */
  async #assertDone(batch: readonly Replacement[], measured: readonly FileRef[]): Promise<void> {
    const puts = batch.filter(isPut);
    const gone = puts.map((put, index) => ({ put, ref: { ...measured[index]!, path: put.final } }))
      .filter(({ put }) => !this.#stands(put.temporary));
    const whole = await this.intact(gone.map(({ ref }) => ref));
    const lost = gone.find((_, index) => !whole[index]);
    if (lost === undefined) return;
    throw new PublishError(
      `publishing "${lost.put.final}": the staged file "${lost.put.temporary}" is gone, wanted it or its content in place`,
    );
  }

  async #keep(pending: readonly Replacement[]): Promise<string[]> {
    const versions = await this.#keepable(pending);
    const action = (final: string) => `keeping the version before of "${final}"`;
    if (versions.length === 0) return [];
    await this.#attempt(action(versions[0]!.final), () => {
      this.#folder.makeFoldersOf(versions.map(({ kept }) => kept));
    });
    for (const { final, kept } of versions) await this.#attempt(action(final), () => this.#link(final, kept));
    return versions.map(({ kept }) => kept);
  }

  /** The files in place that are as recorded, with the names to keep them by. */
  async #keepable(pending: readonly Replacement[]): Promise<{ final: string; kept: string }[]> {
    const keepable: { final: string; kept: string }[] = [];
    await each(pending, WIDTH, async ({ final, standing }) => {
      if (standing === undefined || !this.#stands(final)) return;
      const kept = keptPath(final, standing.dataVersion);
      const sure = standing.hash === undefined
        ? !this.#stands(kept)
        : await this.#holds(final, standing.hash);
      if (sure) keepable.push({ final, kept });
    });
    return keepable;
  }

  async #put(pending: readonly Replacement[]): Promise<void> {
    const puts = pending.filter(isPut);
    if (puts.length > 0) {
      await this.#attempt(`publishing "${puts[0]!.final}"`, () => {
        this.#folder.makeFoldersOf(puts.map(({ final }) => final));
      });
    }
    for (const { final, temporary } of puts) {
      await this.#attempt(`publishing "${final}"`, () => this.#move(temporary, final));
    }
    const taken = pending.filter((change) => !isPut(change)).map(({ final }) => final);
    for (const final of taken) {
      await this.#attempt(`removing "${final}"`, () => removeFile(this.#folder.at(final)));
    }
    this.#folder.removeEmptyFoldersOf(taken);
  }

  async revert(batch: readonly Replacement[], measured: readonly FileRef[]): Promise<void> {
    await this.#requireSame("putting back what stood");
    const puts = new Map(batch.filter(isPut).map((put, index) => [put.final, measured[index]!.hash]));
    const done: Replacement[] = [];
    await each(batch, WIDTH, async (change) => {
      if (isPut(change) && this.#stands(change.temporary)) return;
      const found = await this.#hash(change.final);
      const isMeant = found === undefined ? !this.#stands(change.final) : found === puts.get(change.final);
      if (isMeant) done.push(change);
    });
    for (const change of done) {
      await this.#attempt(`putting "${change.final}" back`, () => this.#putBack(change));
    }
    const finals = done.map(({ final }) => final);
    this.#folder.removeEmptyFoldersOf(finals);
    await this.#folder.syncEntriesOf(finals);
  }

  /** Where no version was kept, or it is no more what it was, there is none worth putting back. */
  async #putBack({ final, standing }: Replacement): Promise<void> {
    const kept = standing && keptPath(final, standing.dataVersion);
    if (kept === undefined || !await this.#isWhole(kept, standing?.hash)) {
      return removeFile(this.#folder.at(final));
    }
    this.#folder.makeFoldersOf([final]);
    this.#link(kept, final);
  }

  async #isWhole(kept: string, hash: string | undefined): Promise<boolean> {
    return this.#stands(kept) && (hash === undefined || await this.#holds(kept, hash));
  }

  discard(temporaries: readonly string[]): Promise<void> {
    return this.#remove("discarding", temporaries);
  }

  async clear(folder: string): Promise<void> {
    const local = await this.#folder.existing(folder);
    if (local === undefined) return;
    await this.#attempt(`clearing "${folder}"`, async () => {
      try {
        await Deno.remove(local, { recursive: true });
      } catch (error) {
        // Another clears it at the same time, or fills it: then it is swept once that one is done.
        if (!isAbsent(error) && !isFilled(error)) throw error;
      }
    });
  }

  async intact(refs: readonly FileRef[]): Promise<boolean[]> {
    await this.#requireUnmoved();
    const answers: boolean[] = new Array(refs.length);
    await each(refs, WIDTH, async (ref, index) => {
      answers[index] = await this.#isIntact(ref);
    });
    return answers;
  }

  async present(refs: readonly FileRef[]): Promise<boolean[]> {
    await this.#requireUnmoved();
    return await this.#attempt("looking at published files", () =>
      refs.map(({ path, size }) => {
        const found = stat(this.#folder.at(path));
        return found?.isFile === true && found.size === size;
      }));
  }

  /** Of a lake that is not there nothing is known: none of its files is gone. */
  #requireUnmoved(): Promise<void> {
    return this.#attempt("looking at published files", () => this.#folder.requireUnmoved());
  }

  async #isIntact({ path, size, hash }: FileRef): Promise<boolean> {
    return stat(this.#folder.at(path))?.size === size && await this.#holds(path, hash);
  }

  /** Whether a file's bytes have this SHA-256; those that the disk cannot give back any more are lost. */
  #holds(path: string, hash: string): Promise<boolean> {
    return this.#attempt(`reading "${path}"`, async () => {
      try {
        return await this.#hash(path) === hash;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EIO") return false;
        throw error;
      }
    });
  }

  /** SHA-256 of a file's bytes; undefined if there is no such file. */
  async #hash(path: string): Promise<string | undefined> {
    try {
      return (await digestAt(this.#folder.at(path)))?.hash;
    } catch (error) {
      if (isAbsent(error) || error instanceof Deno.errors.IsADirectory) return undefined;
      throw new PublishError(trouble(`reading "${path}"`, this.#folder.root, error), { cause: error });
    }
  }

  async found(paths: readonly string[]): Promise<(FileRef | undefined)[]> {
    const answers: (FileRef | undefined)[] = new Array(paths.length);
    await each(paths, WIDTH, async (path, index) => {
      answers[index] = await this.#attempt(`reading "${path}"`, async () => {
        const local = await this.#folder.existing(path);
        const bytes = local && await digestAt(local);
        return bytes ? { path, ...bytes } : undefined;
      });
    });
    return answers;
  }

  async recall(
    version: { readonly ref: FileRef; readonly dataVersion: string; readonly temporary: string },
  ): Promise<boolean> {
    const { ref, dataVersion, temporary } = version;
    const kept = keptPath(ref.path, dataVersion);
    if (!await this.#isIntact({ ...ref, path: kept })) return false;
    await this.#attempt(`staging "${kept}"`, async () => {
      this.#folder.makeFoldersOf([temporary]);
      await Deno.copyFile(this.#folder.at(kept), this.#folder.at(temporary));
      using file = await Deno.open(this.#folder.at(temporary));
      await file.sync();
    });
    await this.#folder.syncEntriesOf([temporary]);
    return true;
  }

  async remove(refs: readonly FileRef[]): Promise<number> {
    await this.#requireSame("removing files");
    const intact = await this.intact(refs);
    const paths = refs.map(({ path }) => path).filter((_, index) => intact[index]);
    await this.#remove("removing", paths);
    await this.#folder.syncEntriesOf(paths);
    return paths.length;
  }

  async #remove(action: string, paths: readonly string[]): Promise<void> {
    await each(paths, WIDTH, (path) =>
      this.#attempt(`${action} "${path}"`, async () => {
        const local = await this.#folder.existing(path);
        if (local !== undefined) removeFile(local);
      }));
    this.#folder.removeEmptyFoldersOf(paths);
  }

  #stands(path: string): boolean {
    return stat(this.#folder.at(path)) !== undefined;
  }

  /** Another may just have taken the empty folder away. */
  #move(temporary: string, final: string): void {
    const [from, to] = [this.#folder.at(temporary), this.#folder.at(final)];
    try {
      Deno.renameSync(from, to);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      this.#folder.makeFoldersOf([final]);
      Deno.renameSync(from, to);
    }
  }

  /** Makes `to` a name of the file `from`, in one step if it was a name of another. */
  #link(from: string, to: string): void {
    const [source, target] = [this.#folder.at(from), this.#folder.at(to)];
    try {
      Deno.linkSync(source, target);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      if (stat(source)?.ino === stat(target)?.ino) return;
      const between = `${LINKS}/${sha256(to)}`;
      this.#folder.makeFoldersOf([between]);
      removeFile(this.#folder.at(between));
      Deno.linkSync(source, this.#folder.at(between));
      Deno.renameSync(this.#folder.at(between), target);
    }
  }

  async #attempt<T>(action: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TypeError || error instanceof PublishError) throw error;
      throw new PublishError(trouble(action, this.#folder.root, error), { cause: error });
    }
  }
}

function isPut<Change extends Staged>(change: Change): change is Change & Put {
  return "temporary" in change;
}

/** The files in place as long as the change is not made. */
function sourceOf(change: Staged): string {
  return isPut(change) ? change.temporary : change.final;
}

function stat(local: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(local);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isFilled(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOTEMPTY";
}

function removeFile(local: string): void {
  try {
    Deno.removeSync(local);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
