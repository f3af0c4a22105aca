import { words } from "../view/language.ts";
import { link, type View } from "../view/view.ts";

const text = words({ newest: "← Newest", older: "Older →" }, { newest: "← Mới nhất", older: "Cũ hơn →" });

/**
 * The links from one page of a list, the newest first, to the newest and to an older one.
 *
 * @param parameter The address's, that says where a page begins.
 * @param older Where the next one begins; undefined where there is none.
 */
export function Pager(
  { view, label, parameter = "before", older }: {
    view: View;
    label: string;
    parameter?: string;
    older: string | number | undefined;
  },
) {
  const t = view.in(text);
  return (
    <nav class="pages" aria-label={label}>
      {view.url.searchParams.has(parameter)
        ? <a class="button" href={link(view, { [parameter]: undefined })}>{t.newest}</a>
        : null}
      {older === undefined
        ? null
        : <a class="button" href={link(view, { [parameter]: String(older) })}>{t.older}</a>}
    </nav>
  );
}
