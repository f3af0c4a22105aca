import { type CauseJson, type CauseKind } from "../../core/mod.ts";
import { words } from "../view/language.ts";
import type { View } from "../view/view.ts";
import { AssetLink, RangeLink, Said } from "./small.tsx";

const text = words<Readonly<Record<CauseKind, string>>>({
  code: "its code changed",
  input: "what it reads changed",
  upstream: "what it reads is missing or stale",
  source: "its source is due to be asked again",
  dependency: "what it reads was declared or dropped",
  damaged: "its files are damaged",
  forced: "it is forced",
}, {
  code: "mã của nó đã đổi",
  input: "dữ liệu nó đọc đã đổi",
  upstream: "dữ liệu nó đọc bị thiếu hoặc lỗi thời",
  source: "đến lúc hỏi lại nguồn",
  dependency: "phần nó đọc vừa được khai báo hoặc bỏ đi",
  damaged: "tệp của nó bị hỏng",
  forced: "bị buộc dựng lại",
});

/** What the program says of causes, in words; a state's name is said as such. */
const details = words<Readonly<Record<string, string>>>({}, {
  "a published file is gone or has other bytes": "một tệp đã mất hoặc có nội dung khác",
  "the code changed": "mã đã đổi",
  "a dependency was declared": "một phụ thuộc được khai báo",
  "a dependency was dropped": "một phụ thuộc bị bỏ",
  "partitions came or went": "có phân vùng mới hoặc mất đi",
  "changed": "đã đổi",
  "went": "đã mất",
  "other partitions than were read": "khác với các phân vùng đã đọc",
  "missing": "thiếu",
  "stale": "lỗi thời",
});

/** A cause in words; the partitions that it speaks of are linked. */
export function Cause({ view, cause: { kind, asset, from, to, detail } }: { view: View; cause: CauseJson }) {
  const key = from ?? null;
  return (
    <span>
      {view.in(text)[kind]}
      {asset === undefined ? null : (
        <>
          : <AssetLink of={asset} /> <RangeLink asset={asset} from={key} to={to ?? key} />
        </>
      )}
      {detail === undefined ? null : (
        <>
          {" "}
          <span class="quiet">({view.in(details)[detail] ?? <Said>{detail}</Said>})</span>
        </>
      )}
    </span>
  );
}
