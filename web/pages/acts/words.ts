import type { ActCommand } from "../../../core/mod.ts";
import { plural, words } from "../../view/language.ts";

type Named = Readonly<Record<ActCommand | "backfill", string>>;

const titles: Named = {
  materialize: "Materialize",
  check: "Check what stands",
  wipe: "Wipe",
  rollback: "Roll back",
  backfill: "Backfill",
};

const leads: Named = {
  materialize: "Makes what is missing or stale of the selection, and leaves what is fresh.",
  check: "Runs the checks on the files that stand, and changes none of them.",
  wipe: "Forgets the partitions: they are missing from then on. Their files stay in the lake.",
  rollback: "Puts the version before of one partition back in place.",
  backfill: "Makes partitions of the past bit by bit, the newest first, beside what is more urgent.",
};

const viTitles: Named = {
  materialize: "Dựng",
  check: "Kiểm tra dữ liệu hiện có",
  wipe: "Xoá",
  rollback: "Quay lại bản trước",
  backfill: "Chạy bù",
};

const viLeads: Named = {
  materialize: "Dựng phần thiếu hoặc lỗi thời trong bộ chọn, giữ nguyên phần đã cập nhật.",
  check: "Chạy các kiểm tra trên tệp hiện có, không thay đổi tệp nào.",
  wipe: "Quên các phân vùng: từ đó chúng bị thiếu. Tệp vẫn nằm trong hồ.",
  rollback: "Đặt lại phiên bản trước của một phân vùng.",
  backfill: "Dựng dần các phân vùng trong quá khứ, mới nhất trước, nhường việc gấp hơn.",
};

export const text = words({
  titles,
  leads,
  selection: "Assets",
  from: "From",
  to: "To",
  partitions: "Partitions",
  partitionsHint: "Keys, separated by spaces, in the place of a range",
  force: "Make what is fresh, too",
  all: "The whole history",
  preview: "Look again",
  differs: "What stands below is of other choices: look again first.",
  what: "What will happen",
  asset: "Asset",
  count: "Partitions",
  range: "Range",
  causes: "Causes",
  sum: (partitions: string) => plural(partitions, "partition"),
  follow: (partitions: string) => `and up to ${partitions} more that read these, where their content changes`,
  requests: (requests: string) => `about ${plural(requests, "request")} to the source`,
  noRequests: "no requests to a source",
  unknownRequests: "the requests cannot be told",
  least: (length: string) => `at least ${length} at the source's pace`,
  batches: (batches: string) => batches === "1" ? "in one batch" : `in ${batches} batches`,
  blocked: (partitions: string) => `${partitions} would be blocked`,
  withUpstream: "Take along what it reads",
  nothing: "There is nothing to do",
  versions: (from: string, to: string) => `version ${from} goes, version ${to} comes back`,
  more: (ranges: string) => `… and ${ranges} more`,
  submit: (title: string, partitions: string) => `${title}: ${partitions}`,
  rerun: "Only",
  only: { missing: "missing", failed: "failed", stale: "stale" },
  oldest: "The oldest first",
}, {
  titles: viTitles,
  leads: viLeads,
  selection: "Tài sản",
  from: "Từ",
  to: "Đến",
  partitions: "Phân vùng",
  partitionsHint: "Các khoá, cách nhau bằng dấu cách, thay cho khoảng thời gian",
  force: "Dựng cả phần đã cập nhật",
  all: "Toàn bộ lịch sử",
  preview: "Xem lại",
  differs: "Nội dung bên dưới là của lựa chọn khác: hãy xem lại trước.",
  what: "Điều sẽ xảy ra",
  asset: "Tài sản",
  count: "Phân vùng",
  range: "Khoảng",
  causes: "Nguyên nhân",
  sum: (partitions) => `${partitions} phân vùng`,
  follow: (partitions) => `và tối đa ${partitions} phân vùng đọc chúng, nếu nội dung thay đổi`,
  requests: (requests) => `khoảng ${requests} yêu cầu đến nguồn`,
  noRequests: "không có yêu cầu nào đến nguồn",
  unknownRequests: "không biết trước số yêu cầu",
  least: (length) => `ít nhất ${length} theo nhịp của nguồn`,
  batches: (batches) => `trong ${batches} đợt`,
  blocked: (partitions) => `${partitions} sẽ bị chặn`,
  withUpstream: "Dựng cả phần nó đọc",
  nothing: "Không có gì để làm",
  versions: (from, to) => `phiên bản ${from} đi, phiên bản ${to} trở lại`,
  more: (ranges) => `… và ${ranges} khoảng nữa`,
  submit: (title, partitions) => `${title}: ${partitions}`,
  rerun: "Chỉ",
  only: { missing: "thiếu", failed: "lỗi", stale: "lỗi thời" },
  oldest: "Cũ nhất trước",
});
