import { definer } from "../../../core/asset.ts";
import type { Check } from "../../../core/check.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { type Publisher, PublishError } from "../../../core/ports/publisher.ts";
import { Lake } from "../../simulation/lake.ts";
import { filed } from "../lab.ts";

const { asset } = definer<null>();

export const KEYS = ["a", "b"];

export const REQUEST = { assets: new Set(["t/one"]), lookbackDays: 7 };

/** An asset of two partitions, a file each, whose contents a test may change. */
export function files(checks: readonly Check<null>[] = [], retention = false) {
  const lake = new Lake();
  const content: Record<string, string> = { a: "1", b: "1" };
  const one = asset({
    key: "t/one",
    partitions: staticKeys(KEYS),
    batch: { most: 2 },
    checks,
    ...(retention && { retention: { days: 7 } }),
    async *materialize({ partitions, staging }) {
      yield [...partitions].map(({ ordinal: partition, key }) =>
        filed(lake, { staging, name: "one", partition, key, content: content[key!]! })
      );
    },
  });
  const finals = () => KEYS.map((key) => lake.files.get(`lake/one/${key}`));
  return { one, lake, content, finals };
}

/** Partitions of two files each, whose contents a test may change. */
export function pairs(keys: readonly string[]) {
  const lake = new Lake();
  const content = { now: "1" };
  const one = asset({
    key: "t/one",
    partitions: staticKeys(keys),
    batch: { most: keys.length },
    async *materialize({ partitions, staging }) {
      yield [...partitions].map(({ ordinal: partition, key }) => {
        const [first, second] = ["first", "second"].map((name) =>
          filed(lake, { staging: `${staging}/${name}`, name, partition, key, content: content.now })
        );
        return { ...first!, staged: [...first!.staged!, ...second!.staged!] };
      });
    },
  });
  const texts = (name: string) => keys.map((key) => lake.files.get(`lake/${name}/${key}`));
  return { one, lake, content, texts };
}

/** A publisher that lets the first file through and then fails; `killed` says that nothing comes after it either. */
export function breaking(publisher: Publisher, breaks: () => boolean, killed: boolean): Publisher {
  return Object.assign(Object.create(publisher) as Publisher, publisher, {
    async replace(...[batch, measured]: Parameters<Publisher["replace"]>) {
      if (!breaks()) return await publisher.replace(batch, measured);
      await publisher.replace(batch.slice(0, 1), measured.slice(0, 1));
      if (killed) await new Promise(() => {});
      throw new PublishError("publishing: the disk is full");
    },
  });
}
