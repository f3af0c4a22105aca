import type { Act } from "../../../core/mod.ts";
import { words } from "../../view/language.ts";

const outcomes: Readonly<Record<Act["outcome"], string>> = {
  done: "done",
  refused: "refused",
  failed: "failed",
};
const viOutcomes: typeof outcomes = { done: "đã làm", refused: "bị từ chối", failed: "lỗi" };

export const text = words({
  title: "Who asked for what",
  lead: "Every act that somebody asked for over the web, and what has come of it by now.",
  list: "Acts, newest first",
  when: "When",
  act: "Act",
  detail: "With",
  who: "Who",
  may: { read: "may look", operate: "may act", none: "not admitted" },
  outcome: "Outcome",
  outcomes,
  queued: "queued run",
  askedEnd: "asked for the end of run",
  began: "began",
  turned: "turned",
  backfill: (id: number) => `backfill ${id}`,
  forgotten: "(forgotten)",
  message: "Why",
  empty: "Nobody has asked for anything over the web",
  emptyHint:
    "Once somebody materializes, pauses, cancels or wipes something here, it stands in this journal.",
  back: "Automation",
}, {
  title: "Ai đã yêu cầu gì",
  lead: "Mọi việc ai đó đã yêu cầu qua web, và kết quả đến nay.",
  list: "Các việc, mới nhất trước",
  when: "Khi nào",
  act: "Việc",
  detail: "Với",
  who: "Ai",
  may: { read: "được xem", operate: "được làm", none: "không được vào" },
  outcome: "Kết quả",
  outcomes: viOutcomes,
  queued: "đã xếp hàng lượt chạy",
  askedEnd: "đã yêu cầu dừng lượt chạy",
  began: "đã bắt đầu",
  turned: "đã đổi",
  backfill: (id) => `chạy bù ${id}`,
  forgotten: "(đã quên)",
  message: "Vì sao",
  empty: "Chưa ai yêu cầu gì qua web",
  emptyHint: "Khi ai đó dựng, tạm dừng, huỷ hoặc xoá gì ở đây, việc đó nằm trong sổ này.",
  back: "Tự động",
});
