import type { Child } from "hono/jsx";
import type { View } from "../../view/view.ts";
import { text } from "./words.ts";

/** The fields by which partitions are chosen; a look at them again says what would happen. */
export function Fields(
  { view, path, children }: { view: View; path: string; children?: Child },
) {
  const t = view.in(text);
  const { searchParams: given } = view.url;
  return (
    <form method="get" action={path} data-previews>
      <fieldset>
        <label>
          {t.selection}
          <input name="selection" value={given.get("selection") ?? ""} required size={28} />
        </label>
        <label>
          {t.from}
          <input name="from" value={given.get("from") ?? ""} placeholder="2018-01-01" size={14} />
        </label>
        <label>
          {t.to}
          <input name="to" value={given.get("to") ?? ""} placeholder="2018-01-31" size={14} />
        </label>
        {children}
        <button type="submit">{t.preview}</button>
      </fieldset>
      <p class="notice" role="status" data-differs hidden>{t.differs}</p>
    </form>
  );
}

/** A box to tick. */
export function Choice({ name, label, isChosen }: { name: string; label: string; isChosen: boolean }) {
  return (
    <label class="choice">
      <input type="checkbox" name={name} value="true" checked={isChosen} />
      {label}
    </label>
  );
}
