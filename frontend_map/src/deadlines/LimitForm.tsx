import { useId, useState } from "preact/hooks";
import { APPEALS, CLOCK_KINDS, STAGES, type ClockKind, type Limit, type LimitChange, type Stage } from "../api/deadlines";
import { codeText, t } from "../i18n";
import { CategoryPicker } from "../parts/CategoryPicker";

interface Props {
  /** Null: a new one. */
  limit: Limit | null;
  /** Null: nothing is to change. */
  onDone: (change: LimitChange | null) => void;
}

/** One limit: how long, in what time; of a new one also what it is for. */
export function LimitForm({ limit, onDone }: Props) {
  const id = useId();
  const [stage, setStage] = useState<Stage>(limit?.stage ?? "total");
  const [category, setCategory] = useState<string | null>(limit?.category ?? null);
  const [condition, setCondition] = useState(limit?.condition ?? "");
  const [appeal, setAppeal] = useState(limit?.appeal_kind ?? "");
  const [urgency, setUrgency] = useState(limit?.urgency ?? "");
  const [amount, setAmount] = useState(limit ? String(limit.amount) : "");
  const [kind, setKind] = useState<ClockKind>(limit?.kind ?? "work_day");
  const [wrong, setWrong] = useState(false);
  const named = { stage, category, condition: condition.trim() || null, appeal_kind: appeal || null, urgency: urgency || null };
  const value = Number(amount);
  const usable = amount.trim() !== "" && Number.isFinite(value) && value >= 0;
  return (
    <form
      class="boxed limit-form"
      onSubmit={(event) => {
        event.preventDefault();
        setWrong(!usable);
        if (usable) onDone({ ...named, amount: value, kind, warn: limit?.warn ?? 0.25 });
      }}
    >
      {!limit && (
        <>
          <label>
            <span class="label">{t("deadlines.column.stage")}</span>
            <select name="stage" value={stage} onChange={(event) => setStage(event.currentTarget.value as Stage)}>
              {STAGES.map((one) => (
                <option key={one} value={one}>
                  {codeText("stage", one)}
                </option>
              ))}
            </select>
          </label>
          <CategoryPicker value={category} onChange={setCategory} label={t("deadlines.category")} anyLabel={t("category.any")} subtrees />
          <label>
            <span class="label">{t("deadlines.condition")}</span>
            <input name="condition" maxLength={100} value={condition} onInput={(event) => setCondition(event.currentTarget.value)} />
          </label>
          <label>
            <span class="label">{t("deadlines.appeal")}</span>
            <select name="appeal" value={appeal} onChange={(event) => setAppeal(event.currentTarget.value)}>
              <option value="">{t("deadlines.every")}</option>
              {APPEALS.map((one) => (
                <option key={one} value={one}>
                  {codeText("appeal", one)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span class="label">{t("deadlines.urgency")}</span>
            <select name="urgency" value={urgency} onChange={(event) => setUrgency(event.currentTarget.value)}>
              <option value="">{t("deadlines.every")}</option>
              {(["normal", "urgent"] as const).map((one) => (
                <option key={one} value={one}>
                  {codeText("urgency", one)}
                </option>
              ))}
            </select>
          </label>
        </>
      )}
      <label for={`${id}-amount`}>
        <span class="label">{t("deadlines.column.limit")}</span>
      </label>
      <span class="amount-line">
        <input id={`${id}-amount`} name="amount" type="number" min={0} step="any" value={amount} aria-invalid={wrong ? "true" : undefined} onInput={(event) => setAmount(event.currentTarget.value)} />
        <select name="kind" aria-label={t("deadlines.kind")} value={kind} onChange={(event) => setKind(event.currentTarget.value as ClockKind)}>
          {CLOCK_KINDS.map((one) => (
            <option key={one} value={one}>
              {codeText("clock_kind", one)}
            </option>
          ))}
        </select>
      </span>
      {wrong && <p class="field-error">{t("deadlines.amount_wrong")}</p>}
      <div class="panel-actions">
        <button type="submit" class="button primary">
          {t("deadlines.note")}
        </button>
        {limit && (
          <button type="button" class="button" onClick={() => onDone({ ...named, amount: null, kind: null, warn: limit.warn })}>
            {t("deadlines.end")}
          </button>
        )}
        <button type="button" class="button" onClick={() => onDone(null)}>
          {t("newplan.cancel")}
        </button>
      </div>
    </form>
  );
}
