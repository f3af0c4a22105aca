import type { RunRequest } from "../../core/mod.ts";
import { words } from "../view/language.ts";
import type { View } from "../view/view.ts";
import { RunLink } from "./run.tsx";

const text = words({
  terminal: "somebody at a terminal",
  web: "somebody at these pages",
  automation: "automation",
  schedule: "schedule",
  sensor: "sensor",
  backfill: "backfill",
  retries: "retries",
}, {
  terminal: "ai đó ở dòng lệnh",
  web: "ai đó trên trang này",
  automation: "tự động",
  schedule: "lịch",
  sensor: "cảm biến",
  backfill: "chạy bù",
  retries: "chạy lại",
});

/** The address of the page of what asks for runs by itself. */
export function askerHref(name: string): string {
  return `/automation/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** Who asked for a run, and which run it goes on with. */
export function Who({ view, request: { tags = {}, parent } }: { view: View; request: RunRequest }) {
  const t = view.in(text);
  return (
    <span>
      <Asker view={view} tags={tags} />
      {parent === undefined ? null : (
        <span class="nowrap">
          , {t.retries} <RunLink id={parent} />
        </span>
      )}
    </span>
  );
}

function Asker({ view, tags: { by, name, backfill, batch } }: { view: View; tags: Record<string, string> }) {
  const t = view.in(text);
  if (by === undefined) return <span>{t.terminal}</span>;
  if (by === "web") return <span>{t.web}</span>;
  if (by === "automation") return <a href={askerHref(by)}>{t.automation}</a>;
  if (by === "backfill" && backfill !== undefined) {
    return (
      <a href={`/backfills/${encodeURIComponent(backfill)}`}>
        {`${t.backfill} ${backfill}${batch === undefined ? "" : `/${batch}`}`}
      </a>
    );
  }
  if ((by === "schedule" || by === "sensor") && name !== undefined) {
    return (
      <span>
        {t[by]} <a class="key" href={askerHref(name)}>{name}</a>
      </span>
    );
  }
  return <span>{by}</span>;
}
