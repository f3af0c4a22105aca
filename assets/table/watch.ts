import type { FaultBySubject, OwnCheck } from "./checks.ts";
import type { Contract } from "./contract.ts";

/** A warning where values of the contract's watched column lie above its level, with a line for each place. */
export function watchCheck({ columns, watch }: Contract): OwnCheck {
  if (watch === undefined) {
    throw new TypeError("watching a column: found no watch in the contract, wanted one");
  }
  const { column, above: level } = watch;
  const unit = columns.find(({ name }) => name === column)?.unit;
  const text = (value: number) => `${Number(value.toFixed(2))}${unit === undefined ? "" : ` ${unit}`}`;
  const wanted = `wanted at most ${text(level)}`;
  return {
    severity: "warning",
    judge({ above }, { key }): FaultBySubject | undefined {
      const found = Object.entries(above).sort(([, a], [, b]) => b - a);
      if (found.length === 0) return undefined;
      const on = key === null ? "" : ` on ${key}`;
      return {
        detail: `${column} is up to ${
          found.map(([where, most]) => `${text(most)} in ${where}`).join(", ")
        }, ${wanted}`,
        subjects: Object.fromEntries(
          found.map((
            [where, most],
          ) => [where, `${column} is up to ${text(most)} in ${where}${on}, ${wanted}`]),
        ),
      };
    },
  };
}
