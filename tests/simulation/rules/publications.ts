import { damageOf } from "../../../core/check.ts";
import type { AssetKey, Checked, Materialized, RunId } from "../../../core/event.ts";
import type { Output } from "../../../core/output.ts";
import type { Replacement } from "../../../core/ports/publisher.ts";
import type { Intent } from "../../../core/ports/state.ts";
import { contentOf, folderOf, isPoison, parsePath } from "../content.ts";
import type { Chance } from "../chance.ts";
import type { SimulatedLake } from "../lake.ts";
import type { Oracle, Truth } from "../oracle.ts";

/** Files come to be seen only as they were announced and audited, and go only when nothing promises them any more. */
export class Publications {
  readonly #intents = new Map<string, Intent>();
  readonly #passed = new Set<string>();
  /** Files of versions before that were kept. */
  readonly #kept = new Set<string>();
  /** Files that were damaged and not put in place anew. */
  readonly #damaged = new Set<string>();
  /** Files that were kept and damaged. */
  readonly #spoilt = new Set<string>();
  /** The partitions that were yielded together with one. */
  readonly #groups = new Map<string, readonly number[]>();

  constructor(
    readonly oracle: Oracle,
    readonly lake: SimulatedLake,
    readonly isGuarded: (asset: AssetKey) => boolean,
  ) {
    lake.changing = (path, content) => this.#changing(path, content);
  }

  /** A blocking check let a file pass. */
  pass(content: string): void {
    this.#passed.add(content);
  }

  /** Holds that files to be published are on the disk before their intent is. */
  intended(intents: readonly Intent[]): void {
    for (const intent of intents) {
      this.#intents.set(name(intent.event.asset, intent.event.partition), intent);
      const lost = intent.replacements.find((each) =>
        "temporary" in each && !this.lake.isDurable(each.temporary)
      );
      if (lost === undefined) continue;
      throw this.oracle.violation(
        `"${lost.final}" is about to be published and would be lost with the power`,
      );
    }
  }

  /** A materialization is committed with all its files in place, and no others. */
  published(event: Materialized): void {
    const { asset, partition, payload: { files } } = event;
    for (const replacement of this.#intents.get(name(asset, partition))?.replacements ?? []) {
      this.#keep(replacement);
    }
    this.#intents.delete(name(asset, partition));
    const lost = files.find(({ path, hash }) => !this.#stands(path, hash) && !this.#damaged.has(path));
    if (lost !== undefined) throw this.oracle.violation(`"${lost.path}" was committed and is not in place`);
    const other = this.lake.below(folderOf(asset, partition))
      .find((path) => !files.some((file) => file.path === path));
    if (other !== undefined) throw this.oracle.violation(`"${other}" is in place and was not committed`);
  }

  /** Holds that committed files survive a loss of power: those in place and those that were kept. */
  survived(): void {
    for (const [asset, rows] of this.oracle.rows) {
      for (const [partition, { event, expired, damaged }] of rows) {
        if (expired || damaged || this.#intents.has(name(asset, partition))) continue;
        const lost = event.payload.files.find(({ path, hash }) =>
          !this.#stands(path, hash) && !this.#damaged.has(path)
        );
        if (lost !== undefined) {
          throw this.oracle.violation(`"${lost.path}" was committed and is lost with the power`);
        }
      }
    }
    for (const path of this.#kept) {
      if (this.lake.read(path) === undefined) {
        throw this.oracle.violation(`"${path}" was kept and is lost with the power`);
      }
    }
  }

  /** A publication is given up with none of its files in place. */
  reverted(asset: AssetKey, partition: number): void {
    const intent = this.#intents.get(name(asset, partition));
    this.#intents.delete(name(asset, partition));
    const left = intent?.measured.find(({ path, hash }) =>
      this.#stands(path, hash) && !this.#stood(intent, path)
    );
    if (left !== undefined) throw this.oracle.violation(`"${left.path}" was given up and is in place`);
  }

  /** A file that stands is damaged, unless it is just being replaced. */
  damage(path: string, content: string | undefined): void {
    const { asset, partition } = parsePath(path);
    if (this.#intents.has(name(asset, partition))) return;
    this.#damaged.add(path);
    this.lake.damage(path, content);
  }

  /** A version before, of a partition that is not just being replaced, is damaged. */
  damageKept(chance: Chance): void {
    const kept = this.oracle.log.flatMap((event) =>
      event.kind !== "materialized" || this.#intents.has(name(event.asset, event.partition))
        ? []
        : event.payload.files.map(({ path }) => this.lake.kept(path, event.dataVersion))
    ).filter((path) => this.lake.read(path) !== undefined);
    if (kept.length === 0) return;
    const path = chance.pick(kept);
    this.#kept.delete(path);
    this.#spoilt.add(path);
    this.lake.damage(path, chance.pick([undefined, "", "other bytes"]));
  }

  /** Nothing is held for damaged that is as it was published. */
  found(event: Checked): void {
    const { asset, partition, of } = event;
    const row = this.oracle.rows.get(asset)?.get(partition);
    if (!damageOf(event.checks) || row?.event.seq !== of || this.#intents.has(name(asset, partition))) return;
    const { files } = row.event.payload;
    if (row.expired || files.some(({ path, hash }) => !this.#stands(path, hash))) return;
    throw this.oracle.violation(`"${asset}" ${partition} is held for damaged, and is as it was published`);
  }

  /** User code yields outputs. */
  yielded(run: RunId, asset: AssetKey, outputs: readonly Output[]): void {
    const good = outputs.filter(({ dataVersion }) => !this.isGuarded(asset) || !isPoison(dataVersion))
      .map(({ partition }) => partition);
    for (const partition of good) this.#groups.set(`${run} ${name(asset, partition)}`, good);
  }

  /** Who takes over a publication settles its whole group: nothing of it is left to be made again. */
  takenOver({ events, reverted = [] }: Truth): void {
    for (const event of events) {
      if (event.kind !== "materialized") continue;
      const { run, asset } = event;
      for (const partition of this.#groups.get(`${run} ${name(asset, event.partition)}`) ?? []) {
        const made = this.oracle.log.some((each) =>
          each.kind === "materialized" && each.run === run && each.asset === asset &&
          each.partition === partition
        );
        if (made || reverted.includes(partition)) continue;
        throw this.oracle.violation(
          `"${asset}" ${event.partition} of run ${run} was completed, and ${partition} of its group was forgotten`,
        );
      }
    }
  }

  /** The version before is kept as it was, or not at all. */
  #keep({ final, standing }: Replacement): void {
    if (standing === undefined) return;
    const kept = this.lake.kept(final, standing.dataVersion);
    const content = this.lake.read(kept);
    if (content === undefined) return;
    if (this.lake.hash(content) !== standing.hash) {
      if (this.#spoilt.has(kept)) return;
      throw this.oracle.violation(`"${kept}" is kept as ${standing.dataVersion}, and holds "${content}"`);
    }
    this.#spoilt.delete(kept);
    this.#kept.add(kept);
  }

  #stands(path: string, hash: string): boolean {
    const content = this.lake.read(path);
    return content !== undefined && this.lake.hash(content) === hash;
  }

  /** Whether a file had this content before; what a wipe left behind may have any. */
  #stood({ event: { asset, partition }, replacements }: Intent, path: string): boolean {
    const standing = replacements.find(({ final }) => final === path)?.standing;
    if (standing !== undefined) {
      return this.lake.read(path) ===
        contentOf(asset, partition, standing.dataVersion, parsePath(path).place);
    }
    return this.oracle.log.some((event) =>
      (event.kind === "wiped" || event.kind === "expired") && event.asset === asset
    );
  }

  /** A publication or a revert may change a file that readers see only to what was intended, or back; and audited. */
  #changing(path: string, content: string | undefined): void {
    const { asset, partition, place } = parsePath(path);
    const intent = this.#intents.get(name(asset, partition));
    const replacement = intent?.replacements.find(({ final }) => final === path);
    if (content === undefined) {
      if (replacement === undefined) this.#removing(path);
      return;
    }
    this.#damaged.delete(path);
    if (this.isGuarded(asset) && !this.#passed.has(content)) {
      throw this.oracle.violation(`"${content}" was published without having passed its checks`);
    }
    const hash = this.lake.hash(content);
    const wanted = intent?.measured.some((ref) => ref.path === path && ref.hash === hash);
    const standing = replacement?.standing;
    const before = standing !== undefined &&
      content === contentOf(asset, partition, standing.dataVersion, place);
    if (!wanted && !before) {
      throw this.oracle.violation(`"${path}" became "${content}", which nobody had announced`);
    }
  }

  #removing(path: string): void {
    const { asset, partition } = parsePath(path);
    const row = this.oracle.rows.get(asset)?.get(partition);
    if (row === undefined || row.expired) return;
    if (row.event.payload.files.some((file) => file.path === path)) {
      throw this.oracle.violation(`"${path}" goes, and the state still promises it`);
    }
  }
}

const name = (asset: AssetKey, partition: number) => `${asset} ${partition}`;
