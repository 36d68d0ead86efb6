import { batch } from "@preact/signals";
import { useEffect, useId, useState } from "preact/hooks";
import { ASSIGN_TO, type Finding, type Rule, type RuleInput } from "../api/rules";
import type { Named, Text } from "../api/types";
import { cityDay, dayOf } from "../format";
import { say, t } from "../i18n";
import { CategoryPicker } from "../parts/CategoryPicker";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { NumberInput } from "../parts/NumberInput";
import { OrganisationField } from "../parts/OrganisationField";
import { changesOf, codeOf, drop, find, freeCode, inputOf, plan, type Planned } from "../state/change_set";
import { byField, inputWords, sentence, zoneKey } from "../state/rule_words";
import { changeSet, openRule, organisations } from "../state/rules_desk";
import { announcement, categories, cityLayers } from "../state/store";
import { NEW_RULE } from "../state/url";
import { FindingLine } from "./Findings";
import { RuleHistory } from "./RuleHistory";
import { useChecks } from "./use_checks";
import { ZoneField, showZone } from "./ZoneField";

const CODE = /^[A-Z0-9][A-Za-z0-9._-]{0,39}$/;

/** Forms that were left for another rule, by the code they were opened for: a link is no reason to lose what was typed. */
const left = new Map<string, { input: RuleInput; names: Record<string, Text> }>();

const blank = (code: string): RuleInput => ({
  code,
  category: null,
  layer: null,
  zone: null,
  assign_to: "organisation",
  organisation: null,
  supporting: [],
  priority: 0,
  note: null,
  valid_to: null,
});

/** One rule: as it is in the change set, else as it holds, else a new one. */
export function RuleForm({ code, rules }: { code: string; rules: readonly Rule[] }) {
  const before = rules.find((rule) => rule.code === code) ?? null;
  const earlier = find(changeSet.value, code);
  const taken = [...rules.map((rule) => rule.code), ...changeSet.value.planned.map((one) => codeOf(one.change))];
  const [input, setInput] = useState<RuleInput>(
    () =>
      left.get(code)?.input ??
      (earlier?.change.action === "save" ? earlier.change.rule : before ? inputOf(before) : blank(code === NEW_RULE ? freeCode(taken) : code)),
  );
  const [names, setNames] = useState<Record<string, Text>>(() => ({
    ...earlier?.names,
    ...left.get(code)?.names,
    ...(before?.layer && before.zone ? { [zoneKey(before.layer.code, before.zone.code)]: before.zone.name } : {}),
  }));
  const [tried, setTried] = useState(false);
  const isNew = before === null;
  const change = (part: Partial<RuleInput>): void => setInput((now) => ({ ...now, ...part }));

  const planned: Planned = { change: { action: "save", rule: input, version: before?.version ?? null }, before, names };
  const next = plan(changeSet.value, planned);
  const at = next.planned.findIndex((one) => codeOf(one.change) === input.code);
  const wrong = localErrors(input, isNew && code === NEW_RULE ? taken : []);
  const checked = useChecks(Object.keys(wrong).length === 0 && at >= 0 ? changesOf(next) : null);
  const found = byField(checked.findings ?? [], at);
  const lexicon = { categories: categories.value, layers: cityLayers.value, organisations: organisations.value, names };

  useEffect(() => (input.layer && input.zone ? showZone(input.layer, input.zone) : showZone(null, null)), [input.layer, input.zone]);
  useEffect(() => () => showZone(null, null), []);

  useEffect(() => void left.set(code, { input, names }), [code, input, names]);
  const leave = (): void => {
    left.delete(code);
    openRule(null);
  };

  const keep = (event: Event): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    batch(() => {
      changeSet.value = next;
      announcement.value = at < 0 ? t("rule.unchanged") : t("rule.planned", { code: input.code });
      leave();
    });
  };
  const remove = (): void => {
    if (!before) return;
    batch(() => {
      changeSet.value = plan(changeSet.value, { change: { action: "remove", code: before.code, version: before.version }, before, names });
      announcement.value = t("rule.removed", { code: before.code });
      leave();
    });
  };
  const discard = (): void => {
    batch(() => {
      changeSet.value = drop(changeSet.value, code);
      leave();
    });
  };
  const shown = (field: string): { error?: string; findings: Finding[] } => ({
    ...(tried && wrong[field] ? { error: wrong[field] } : serverWord(checked.error, field)),
    findings: found[field] ?? [],
  });
  return (
    <form class="report rule-form" noValidate aria-label={isNew ? t("rule.new") : t("rule.edit", { code })} onSubmit={keep}>
      <div class="rule-form-head">
        <button type="button" class="link" onClick={leave}>
          ← {t("rule.back")}
        </button>
        <h3>{isNew ? t("rule.new") : t("rule.edit", { code })}</h3>
      </div>
      <Code input={input} fixed={!(isNew && code === NEW_RULE)} {...shown("code")} onChange={(typed) => change({ code: typed })} />
      <fieldset class="group">
        <legend>{t("rule.section_if")}</legend>
        <CategoryPicker label={t("rules.column.what")} anyLabel={t("rules.any_category")} value={input.category} onChange={(category) => change({ category })} subtrees />
        <Beside {...shown("category")} own={input.code} />
        <ZoneField
          layer={input.layer}
          zone={input.zone}
          zoneName={input.zone && input.layer ? (names[zoneKey(input.layer, input.zone)] ?? null) : null}
          onChange={(layer, zone, name) => {
            if (layer && zone && name) setNames((known) => ({ ...known, [zoneKey(layer, zone)]: name }));
            change({ layer, zone });
          }}
        />
        <Beside {...shown("layer")} own={input.code} />
        <Beside {...shown("zone")} own={input.code} />
      </fieldset>
      <Who input={input} change={change} shown={shown} />
      <fieldset class="group">
        <legend>{t("rule.section_more")}</legend>
        <More input={input} change={change} shown={shown} />
      </fieldset>
      <div class="rule-end">
        <p class="preview">
          <span class="muted">{t("rule.in_words")}</span> <strong>{sentence(inputWords(input, lexicon))}</strong>
        </p>
        <Beside {...shown("rule")} own={input.code} />
        <p class="small muted check-state" role="status" data-checked={checked.findings !== null && !checked.busy ? "1" : "0"}>
          {checked.busy ? t("rule.checking") : checked.findings !== null && !(checked.findings.some((one) => one.change === at) || checked.refused) ? t("rule.good") : ""}
          {checked.error && t("rule.checks_failed", { detail: checked.error.message })}
        </p>
        {tried && Object.keys(wrong).length > 0 && (
          <p class="field-error" role="alert">
            {Object.values(wrong).join(" ")}
          </p>
        )}
        <div class="panel-actions">
          <button type="submit" class="button primary">
            {t("rule.plan")}
          </button>
          {before && (
            <button type="button" class="button" onClick={remove}>
              {t("rule.remove")}
            </button>
          )}
          {earlier && (
            <button type="button" class="button" onClick={discard}>
              {t("rule.drop")}
            </button>
          )}
        </div>
      </div>
      {before && <RuleHistory code={before.code} />}
    </form>
  );
}

/** What can be seen to be wrong before asking the server. */
export function localErrors(input: RuleInput, taken: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  if (!CODE.test(input.code)) found["code"] = t("rule.code_bad");
  else if (taken.includes(input.code)) found["code"] = t("rule.code_taken", { code: input.code });
  if (input.assign_to === "organisation" && input.organisation === null) found["organisation"] = t("rule.need_organisation");
  if (input.note && !input.note.zh.trim()) found["note"] = t("rule.note_need_zh");
  return found;
}

/** A complaint about the form of the request names `changes.3.rule.code`. */
function serverWord(error: { errors: readonly { field: string; message: string }[] } | null, field: string): { error?: string } {
  const one = error?.errors.find((each) => each.field.split(".").at(-1) === field);
  return one ? { error: one.message } : {};
}

interface Shown {
  error?: string | undefined;
  findings: readonly Finding[];
}

/** Errors and findings right under the field they speak of. */
function Beside({ error, findings, own }: Shown & { own: string }) {
  if (!error && findings.length === 0) return null;
  return (
    <ul class="findings beside">
      {error && <li class="field-error">{error}</li>}
      {findings.map((one, index) => (
        <FindingLine key={index} finding={one} own={own} />
      ))}
    </ul>
  );
}

function Code({ input, fixed, error, findings, onChange }: Shown & { input: RuleInput; fixed: boolean; onChange: (code: string) => void }) {
  const id = useId();
  if (fixed) return <Beside error={error} findings={findings} own={input.code} />;
  return (
    <>
      <Field id={id} label={t("rule.code")} hint={t("rule.code_hint")} error={error}>
        <input id={id} name="code" class="narrow" autocomplete="off" spellcheck={false} maxLength={40} aria-invalid={error ? "true" : undefined} value={input.code} onInput={(event) => onChange(event.currentTarget.value.trim())} />
      </Field>
      <Beside findings={findings} own={input.code} />
    </>
  );
}

interface PartProps {
  input: RuleInput;
  change: (part: Partial<RuleInput>) => void;
  shown: (field: string) => Shown;
}

function Who({ input, change, shown }: PartProps) {
  const nameOf = (code: string): string => say(organisations.value.find((one) => one.code === code)?.name) || code;
  return (
    <fieldset class="group">
      <legend>{t("rule.section_then")}</legend>
      {ASSIGN_TO.map((one) => (
        <label key={one} class="check explained">
          <input
            type="radio"
            name="assign_to"
            value={one}
            checked={input.assign_to === one}
            onChange={() => change({ assign_to: one, organisation: one === "organisation" ? input.organisation : null })}
          />
          <span>
            <strong>{t(`rules.to.${one}`)}</strong> <span class="small muted">{t(`rule.to.${one}`)}</span>
          </span>
        </label>
      ))}
      <Beside {...shown("assign_to")} own={input.code} />
      {input.assign_to === "organisation" && (
        <div class="sub">
          {input.organisation && (
            <p class="chosen">
              <span class="label">{t("rule.organisation")}</span> <strong>{nameOf(input.organisation)}</strong> <span class="code">{input.organisation}</span>{" "}
              <button type="button" class="link" onClick={() => change({ organisation: null })}>
                {t("report.category_change")}
              </button>
            </p>
          )}
          {!input.organisation && (
            <OrganisationField label={t("rule.organisation")} labelled name="organisation" error={shown("organisation").error} onTake={(one: Named) => change({ organisation: one.code, supporting: input.supporting.filter((code) => code !== one.code) })} />
          )}
          <Beside findings={shown("organisation").findings} own={input.code} />
        </div>
      )}
      <div class="sub">
        <span class="label">{t("rule.supporting")}</span>
        {input.supporting.length > 0 && (
          <ul class="chips">
            {input.supporting.map((code) => (
              <li key={code}>
                <button
                  type="button"
                  class="chip"
                  aria-label={t("rule.supporting_remove", { name: nameOf(code) })}
                  onClick={() => change({ supporting: input.supporting.filter((one) => one !== code) })}
                >
                  {nameOf(code)}
                  <Glyph name="close" size={12} />
                </button>
              </li>
            ))}
          </ul>
        )}
        <OrganisationField
          label={t("rule.supporting_add")}
          name="supporting"
          without={[...input.supporting, ...(input.organisation ? [input.organisation] : [])]}
          onTake={(one: Named) => change({ supporting: [...input.supporting, one.code] })}
        />
        <Beside {...shown("supporting")} own={input.code} />
      </div>
    </fieldset>
  );
}

function More({ input, change, shown }: PartProps) {
  const id = useId();
  const note = (part: Partial<Text>): void => {
    const next = { zh: input.note?.zh ?? "", en: input.note?.en ?? null, ...part };
    change({ note: next.zh || next.en ? { zh: next.zh, en: next.en || null } : null });
  };
  return (
    <>
      <div class="columns">
        <Field id={`${id}-priority`} label={t("rule.priority")} hint={t("rule.priority_hint")} error={shown("priority").error}>
          <NumberInput id={`${id}-priority`} name="priority" value={input.priority} onTake={(priority) => change({ priority })} />
        </Field>
        <Field id={`${id}-to`} label={t("rule.valid_to")} hint={t("rule.valid_to_hint")} error={shown("valid_to").error}>
          <input id={`${id}-to`} name="valid_to" type="date" value={dayOf(input.valid_to)} onChange={(event) => change({ valid_to: cityDay(event.currentTarget.value) })} />
        </Field>
      </div>
      <Beside findings={[...shown("priority").findings, ...shown("valid_to").findings]} own={input.code} />
      <div class="columns">
        <Field id={`${id}-zh`} label={t("rule.note_zh")} error={shown("note").error}>
          <input id={`${id}-zh`} name="note_zh" maxLength={500} autocomplete="off" value={input.note?.zh ?? ""} onInput={(event) => note({ zh: event.currentTarget.value })} />
        </Field>
        <Field id={`${id}-en`} label={t("rule.note_en")}>
          <input id={`${id}-en`} name="note_en" maxLength={500} autocomplete="off" value={input.note?.en ?? ""} onInput={(event) => note({ en: event.currentTarget.value })} />
        </Field>
      </div>
    </>
  );
}
