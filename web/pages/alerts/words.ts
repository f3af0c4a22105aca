import type { AlertEvent, AlertSeverity, Delivery } from "../../../core/mod.ts";
import { words } from "../../view/language.ts";

const severities: Readonly<Record<AlertSeverity, string>> = { error: "error", warning: "warning" };
const viSeverities: typeof severities = { error: "lỗi", warning: "cảnh báo" };
const events: Readonly<Record<AlertEvent, string>> = { opened: "beginning", closed: "end" };
const viEvents: typeof events = { opened: "bắt đầu", closed: "kết thúc" };
const outcomes: Readonly<Record<Delivery["outcome"], string>> = {
  delivered: "delivered",
  failed: "failed, is tried again",
  waiting: "waits",
};
const viOutcomes: typeof outcomes = { delivered: "đã gửi", failed: "lỗi, sẽ thử lại", waiting: "đang đợi" };

export const text = words({
  title: "Alerts",
  lead:
    "What people are told of: one alert for each rule and subject, from when it was found until it is over.",
  open: "Open",
  noneOpen: "No alert is open.",
  noneOpenOf: (rule: string) => `No alert of the rule "${rule}" is open.`,
  since: "since",
  rule: "Rule",
  anyRule: "every rule",
  filter: "Filter",
  unfiltered: "Show every rule",
  subject: "About",
  severity: "Severity",
  severities,
  message: "Message",
  opened: "Began",
  lasted: "Lasted",
  goesOn: "goes on",
  deliveries: "Told",
  toNobody: "nobody",
  noChannel: "No channel is set up: nobody is told of these but here.",
  events,
  outcomes,
  trend: "The last 5 weeks",
  trendHint: "Alerts by the day on which they began.",
  errors: "errors",
  warnings: "warnings",
  channels: "Messages that are still owed",
  owed: (channel: string, count: string) => `${channel}: ${count}`,
  history: "All alerts, newest first",
  empty: "Nothing was ever wrong",
  emptyHint:
    "What is wrong shows here as soon as a daemon finds it; channels that tell people are set up by ALERT_… variables.",
}, {
  title: "Cảnh báo",
  lead: "Những gì mọi người được báo: mỗi quy tắc và đối tượng một cảnh báo, từ khi phát hiện đến khi hết.",
  open: "Đang mở",
  noneOpen: "Không có cảnh báo nào đang mở.",
  noneOpenOf: (rule) => `Không có cảnh báo nào của quy tắc "${rule}" đang mở.`,
  since: "từ",
  rule: "Quy tắc",
  anyRule: "mọi quy tắc",
  filter: "Lọc",
  unfiltered: "Xem mọi quy tắc",
  subject: "Về",
  severity: "Mức",
  severities: viSeverities,
  message: "Nội dung",
  opened: "Bắt đầu",
  lasted: "Kéo dài",
  goesOn: "còn tiếp diễn",
  deliveries: "Đã báo",
  toNobody: "không ai",
  noChannel: "Chưa có kênh nào: chỉ trang này cho biết.",
  events: viEvents,
  outcomes: viOutcomes,
  trend: "5 tuần gần đây",
  trendHint: "Cảnh báo theo ngày bắt đầu.",
  errors: "lỗi",
  warnings: "cảnh báo",
  channels: "Tin nhắn chưa gửi",
  owed: (channel, count) => `${channel}: ${count}`,
  history: "Mọi cảnh báo, mới nhất trước",
  empty: "Chưa từng có gì sai",
  emptyHint:
    "Điều sai hiện ở đây ngay khi tiến trình nền thấy; kênh báo cho người được đặt bằng các biến ALERT_….",
});
