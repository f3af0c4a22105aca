import { words } from "../view/language.ts";
import type { View } from "../view/view.ts";

const text = words({ leave: "Leave it as it is", mayNot: "You may look, and not change anything." }, {
  leave: "Để nguyên",
  mayNot: "Bạn được xem, không được thay đổi.",
});

/**
 * The button that does an act, and the way back.
 *
 * @param path Where it is done.
 * @param label What it does; absent where there is nothing to do.
 * @param back Where one comes from.
 * @param weight `second` where something else is better done. @default main
 */
export function Confirm(
  { view, path, fields, label, back, weight = "main" }: {
    view: View;
    path: string;
    fields: Readonly<Record<string, string>>;
    label?: string | undefined;
    back: string;
    weight?: "main" | "grave" | "second";
  },
) {
  const t = view.in(text);
  return (
    <form method="post" action={path} class="acts">
      {Object.entries(fields).map(([name, value]) => <input type="hidden" name={name} value={value} />)}
      <input type="hidden" name="csrf" value={view.csrf} />
      {label === undefined
        ? null
        : view.operates
        ? <button type="submit" class={weight}>{label}</button>
        : <p class="notice">{t.mayNot}</p>}
      <a class="button" data-close href={back}>{t.leave}</a>
    </form>
  );
}
