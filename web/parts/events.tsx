import { type AssetEvent, type PartitionSet } from "../../core/mod.ts";
import { plural, words } from "../view/language.ts";
import type { View } from "../view/view.ts";
import { DataTable } from "./data_table.tsx";
import { RunLink } from "./run.tsx";
import { RangeLink, Time } from "./small.tsx";
import { Marked, type ShownState } from "./state.tsx";

const text = words({
  when: "When",
  what: "What",
  partitions: "Partitions",
  detail: "More",
  run: "Run",
  kinds: {
    materialized: "materialized",
    wiped: "wiped",
    expired: "expired",
    failed: "failed",
    checked: "checked",
    due: "due",
    registered: "other code",
  },
  rows: (rows: string) => plural(rows, "row"),
  failedChecks: (names: string) => `failed: ${names}`,
  passed: "all checks passed",
}, {
  when: "Khi nào",
  what: "Việc gì",
  partitions: "Phân vùng",
  detail: "Chi tiết",
  run: "Lượt chạy",
  kinds: {
    materialized: "đã dựng",
    wiped: "đã xoá",
    expired: "hết hạn",
    failed: "lỗi",
    checked: "đã kiểm tra",
    due: "đến hạn",
    registered: "mã khác",
  },
  rows: (rows) => `${rows} dòng`,
  failedChecks: (names) => `không đạt: ${names}`,
  passed: "mọi kiểm tra đều đạt",
});

/** The state whose sign and colour an event has. */
const LIKE: Readonly<Record<AssetEvent["kind"], ShownState>> = {
  materialized: "fresh",
  wiped: "missing",
  expired: "missing",
  failed: "failed",
  checked: "queued",
  due: "stale",
  registered: "stale",
};

/** Events of one asset, as they are given. */
export function Events(
  { view, asset, set, events }: {
    view: View;
    asset: string;
    set: PartitionSet;
    events: readonly AssetEvent[];
  },
) {
  const t = view.in(text);
  return (
    <DataTable
      view={view}
      prefix="event-"
      rows={events}
      columns={[
        { name: "when", title: t.when, cell: ({ at }) => <Time view={view} at={at} />, by: ({ seq }) => seq },
        {
          name: "what",
          title: t.what,
          cell: ({ kind }) => (
            <Marked state={LIKE[kind]}>
              {t.kinds[kind]}
            </Marked>
          ),
          by: ({ kind }) => kind,
        },
        {
          name: "partitions",
          title: t.partitions,
          cell: (event) => {
            if (event.kind === "registered") return "";
            const { from, to } = "partition" in event
              ? { from: event.partition, to: event.partition }
              : event;
            return <RangeLink asset={asset} from={set.key(from)} to={set.key(to)} />;
          },
          by: (event) => "partition" in event ? event.partition : "from" in event ? event.from : null,
        },
        {
          name: "detail",
          title: t.detail,
          cell: (event) => (
            <span
              class={ENGLISH.has(event.kind) ? "small told" : "small"}
              {...(ENGLISH.has(event.kind) && { lang: "en" })}
            >
              {detailOf(view, event)}
            </span>
          ),
          by: (event) => detailOf(view, event),
        },
        {
          name: "run",
          title: t.run,
          cell: (event) => event.run === null ? "" : <RunLink id={event.run} />,
          by: (event) => event.run,
        },
      ]}
    />
  );
}

/** The events whose own words the program says. */
const ENGLISH: ReadonlySet<AssetEvent["kind"]> = new Set(["failed", "due"]);

/** An event's own words. */
function detailOf(view: View, event: AssetEvent): string {
  const t = view.in(text);
  switch (event.kind) {
    case "materialized":
      return event.payload.rows === null ? "" : t.rows(view.format.number(event.payload.rows));
    case "failed":
      return event.message;
    case "due":
      return event.detail;
    case "registered":
      return event.record.version;
    case "checked": {
      const failed = event.checks.filter(({ passed }) => !passed).map(({ check }) => check);
      return failed.length === 0 ? t.passed : t.failedChecks(failed.join(", "));
    }
    default:
      return "";
  }
}
