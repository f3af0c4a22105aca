import { type Pages, show } from "../page.tsx";
import { Big, Empty, Panel, Title } from "../parts/small.tsx";
import { State, StateBar, STATES } from "../parts/state.tsx";
import { words } from "../view/language.ts";
import { takes } from "../view/given.ts";

const text = words({
  title: "Design",
  lead: "The tokens and parts that every page is made of. Colours follow the system's light or dark mode.",
  states: "States",
  statesHint:
    "Each state has a colour, a sign and a place in every list; no state is told by its colour alone.",
  colours: "Colours",
  sizes: "Type",
  sample: "PM2.5 of 12.4 µg/m³ in Hà Nội at 07:00",
  parts: "Parts",
  main: "Rebuild",
  other: "Look",
  grave: "Wipe",
  empty: "Nothing yet",
  emptyHint: "An empty page says what to do next.",
}, {
  title: "Thiết kế",
  lead: "Các giá trị và thành phần của mọi trang. Màu theo chế độ sáng hoặc tối của hệ thống.",
  states: "Trạng thái",
  statesHint: "Mỗi trạng thái có màu, ký hiệu và vị trí riêng; không trạng thái nào chỉ phân biệt bằng màu.",
  colours: "Màu",
  sizes: "Chữ",
  sample: "PM2.5 12,4 µg/m³ tại Hà Nội lúc 07:00",
  parts: "Thành phần",
  main: "Dựng lại",
  other: "Xem",
  grave: "Xoá",
  empty: "Chưa có gì",
  emptyHint: "Trang trống cho biết nên làm gì tiếp theo.",
});

const COLOURS = ["paper", "sheet", "sunk", "line", "ink", "quiet", "accent", "focus"];

/** The page that describes the design's tokens and parts. */
export function design(pages: Pages): void {
  pages.get("/design", takes(), (context) => {
    const { view } = context.var;
    const t = view.in(text);
    return show(context, { title: t.title, live: false }, [
      <Title title={t.title} lead={t.lead} />,
      <Panel title={t.states}>
        <p class="quiet">{t.statesHint}</p>
        <div class="states">{STATES.map((state) => <State view={view} state={state} />)}</div>
        <StateBar view={view} counts={Object.fromEntries(STATES.map((state) => [state, 5]))} />
      </Panel>,
      <Panel title={t.colours}>
        <ul class="swatches">
          {COLOURS.map((name) => (
            <li>
              <span class={`swatch c-${name}`}></span>
              <code>{`--${name}`}</code>
            </li>
          ))}
        </ul>
      </Panel>,
      <Panel title={t.sizes}>
        {[0, 1, 2, 3, 4, 5].map((size) => (
          <p class={`t-${size}`}>
            {t.sample} <code>{`--text-${size}`}</code>
          </p>
        ))}
      </Panel>,
      <Panel title={t.parts}>
        <div class="acts">
          <button type="button" class="main">{t.main}</button>
          <button type="button">{t.other}</button>
          <button type="button" class="grave">{t.grave}</button>
        </div>
        <Big value="12.4" unit="µg/m³" />
        <Empty title={t.empty}>
          <p>{t.emptyHint}</p>
        </Empty>
      </Panel>,
    ]);
  });
}
