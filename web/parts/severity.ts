import { words } from "../view/language.ts";

/** What a failed check means. */
export const severityWords = words<Readonly<Record<"blocking" | "warning", string>>>({
  blocking: "blocking",
  warning: "warning",
}, { blocking: "chặn", warning: "cảnh báo" });
