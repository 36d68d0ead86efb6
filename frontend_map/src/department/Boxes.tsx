import { number } from "../format";
import { t } from "../i18n";
import { ClockSign } from "../dispatch/ClockMark";
import { deskView } from "../state/store";
import { Glyph } from "../parts/Glyph";
import { BOXES, boxOf, type Box } from "./boxes";
import { toBox } from "./parts";
import { summary } from "./state";

/** Open, due soon, overdue, handled, sent back: how many, and the way to each. */
export function Boxes() {
  const here = boxOf(deskView.value.filter);
  return (
    <div class="clock-filter boxes" role="group" aria-label={t("box.all")}>
      {BOXES.map((box) => (
        <button key={box} type="button" class={`clock-choice is-${box}`} data-box={box} aria-pressed={here === box} title={t(`box.${box}.how`)} onClick={() => toBox(box)}>
          <span class="clock-name">
            <Sign box={box} />
            {t(`box.${box}`)}
          </span>
          <strong>{number(summary.value?.[box])}</strong>
        </button>
      ))}
    </div>
  );
}

function Sign({ box }: { box: Box }) {
  if (box === "overdue" || box === "due_soon") return <ClockSign state={box} />;
  return <Glyph name={box === "handled" ? "check" : box === "sent_back" ? "undo" : "list"} size={13} />;
}
