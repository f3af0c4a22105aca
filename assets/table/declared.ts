import { type ColumnType, isTimeSet, type PartitionSet, show } from "../../core/mod.ts";
import type { Contract } from "./contract.ts";
import { pathOf, type Table } from "./table.ts";

const TYPES: Readonly<Record<ColumnType, true>> = {
  bool: true,
  int32: true,
  int64: true,
  float64: true,
  utf8: true,
  date32: true,
  timestamp: true,
};

/** A table's declaration, as far as its parts must fit one another. */
export interface Declared {
  readonly key: string;
  readonly table: Table;
  readonly partitions: PartitionSet;
  readonly deps: readonly string[];
  readonly gate?: { readonly input: string };
}

/** @throws {TypeError} If the parts of a table's declaration do not fit one another: the first fault, in one line. */
export function requireFit(declared: Declared): void {
  const fault = contractFault(declared.table.contract) ?? pathFault(declared) ?? gateFault(declared);
  if (fault !== undefined) throw new TypeError(`declaring the table "${declared.key}": ${fault}`);
}

/** The first fault of columns and their rules; undefined where there is none. */
export function contractFault({ columns, partitionColumns, key, sort = [] }: Contract): string | undefined {
  for (const [name, list] of Object.entries({ columns, partitionColumns })) {
    if (!Array.isArray(list)) return `found ${show(list)} as ${name} in its contract, wanted a list`;
  }
  if (columns.length === 0) return "found no columns, wanted some";
  const own = new Set(columns.map(({ name }) => name));
  const names = new Set<string>();
  for (const { name, type } of [...columns, ...partitionColumns]) {
    if (!Object.hasOwn(TYPES, type)) {
      return `found the type "${type}" of the column "${name}", wanted one of ${
        Object.keys(TYPES).join(", ")
      }`;
    }
    if (names.has(name.toLowerCase())) return `found two columns "${name}", wanted one of each name`;
    names.add(name.toLowerCase());
  }
  const unlikely = columns.find(({ limits }) => limits !== undefined && !(limits[0] <= limits[1]));
  if (unlikely !== undefined) {
    const { name, limits } = unlikely;
    return `found the limits ${limits![0]} and ${
      limits![1]
    } of the column "${name}", wanted the least value first`;
  }
  if (key?.length === 0) return "found a key of no columns, wanted some, or no key";
  for (const [what, listed] of Object.entries({ key: key ?? [], sort })) {
    const absent = listed.find((name) => !own.has(name));
    if (absent !== undefined) return `found "${absent}" in its ${what}, wanted one of its columns`;
  }
}

/** Each partition's file lies at a path of its own, with a value for each partition column. */
function pathFault({ table, partitions }: Declared): string | undefined {
  const { contract: { partitionColumns }, path } = table;
  if (path === undefined) {
    const wanted = partitions.spec.type === "single" ? 0 : 1;
    const { length } = partitionColumns;
    if (length === wanted) return undefined;
    return `found ${length} partition columns and no path, wanted ${wanted}, or a path with a value for each`;
  }
  const key = anyKey(partitions);
  if (key === undefined) return undefined;
  try {
    pathOf(table, key);
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** A partition's key; undefined where the set has none. */
function anyKey(set: PartitionSet): string | null | undefined {
  const first = isTimeSet(set) ? set.first : set.existing(0)?.from;
  return first === undefined ? undefined : set.key(first);
}

function gateFault({ gate, deps, table }: Declared): string | undefined {
  if (gate === undefined) return undefined;
  if (!deps.includes(gate.input)) {
    return `found the gate's input "${gate.input}", wanted one of its dependencies`;
  }
  if (table.contract.key === undefined) return "found a gate and a contract without a key, wanted one";
}
