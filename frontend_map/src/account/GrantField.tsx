import { useId } from "preact/hooks";
import type { GrantBody, ScopeBody } from "../api/accounts";
import type { Organisation } from "../api/organisations";
import type { ZoneSummary } from "../api/types";
import { organisationOptions, zoneOptions } from "../department/finders";
import { codeText, say, t } from "../i18n";
import { Combo } from "../parts/Combo";
import { Field } from "../parts/Field";
import { Glyph } from "../parts/Glyph";
import { ROLES, type Role } from "../state/actor";

export const SCOPE_KINDS = ["organisation", "region", "zones", "posts", "everything"] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

interface Chosen {
  code: string;
  name: string;
}

/** A role with its scope while it is being put together. */
export interface GrantDraft {
  role: Role;
  kind: ScopeKind;
  /** Organisation or region: one; zones: several, `layer:code`. */
  chosen: readonly Chosen[];
}

export const NEW_GRANT: GrantDraft = { role: "officer", kind: "organisation", chosen: [] };

/** The scope as the server takes it; null while it is not complete. Pure. */
export function scopeBody({ kind, chosen }: Pick<GrantDraft, "kind" | "chosen">): ScopeBody | null {
  if (kind === "everything") return { everything: true };
  if (kind === "posts") return { posts: true };
  const first = chosen[0];
  if (!first) return null;
  return kind === "zones" ? { zones: chosen.map((one) => one.code) } : kind === "region" ? { region: first.code } : { organisation: first.code };
}

export function grantBody(draft: GrantDraft): GrantBody | null {
  const scope = scopeBody(draft);
  return scope && { role: draft.role, scope };
}

interface Props {
  draft: GrantDraft;
  onChange: (draft: GrantDraft) => void;
  /** Whether scopes of posts make sense: there is a person behind the account. */
  posts: boolean;
  error?: string | undefined;
}

const REGIONS: ReadonlySet<string> = new Set(["region"]);
const ZONES: ReadonlySet<string> = new Set(["specialist", "base_grid"]);

/** Role and scope: organisations, regions and zones are found by name. */
export function GrantField({ draft, onChange, posts, error }: Props) {
  const id = useId();
  const take = (one: Chosen): void => onChange({ ...draft, chosen: draft.kind === "zones" ? [...draft.chosen.filter((each) => each.code !== one.code), one] : [one] });
  const drop = (code: string): void => onChange({ ...draft, chosen: draft.chosen.filter((each) => each.code !== code) });
  return (
    <div class="grant-field">
      <div class="columns">
        <Field id={`${id}-role`} label={t("admin.role")}>
          <select id={`${id}-role`} name="grant-role" value={draft.role} onChange={(event) => onChange({ ...draft, role: event.currentTarget.value as Role })}>
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {codeText("role", role)}
              </option>
            ))}
          </select>
        </Field>
        <Field id={`${id}-kind`} label={t("admin.scope")}>
          <select id={`${id}-kind`} name="grant-kind" value={draft.kind} onChange={(event) => onChange({ ...draft, kind: event.currentTarget.value as ScopeKind, chosen: [] })}>
            {SCOPE_KINDS.filter((kind) => posts || kind !== "posts").map((kind) => (
              <option key={kind} value={kind}>
                {t(`admin.scope.${kind}`)}
              </option>
            ))}
          </select>
        </Field>
      </div>
      {draft.kind === "posts" && <p class="hint">{t("admin.scope.posts_hint")}</p>}
      {draft.chosen.length > 0 && (
        <ul class="chips">
          {draft.chosen.map((one) => (
            <li key={one.code}>
              <button type="button" class="chip" aria-label={t("step.drop", { name: one.name })} onClick={() => drop(one.code)}>
                {one.name}
                <Glyph name="close" size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {draft.kind === "organisation" && draft.chosen.length === 0 && (
        <Combo<Organisation>
          label={t("admin.organisation_find")}
          name="grant-organisation"
          none={t("rule.organisation_none")}
          open
          error={error}
          find={organisationOptions}
          onTake={(one) => take({ code: one.code, name: say(one.name) })}
        />
      )}
      {(draft.kind === "zones" || (draft.kind === "region" && draft.chosen.length === 0)) && (
        <Combo<ZoneSummary>
          key={draft.kind}
          label={t(draft.kind === "zones" ? "admin.zone_find" : "admin.region_find")}
          name={`grant-${draft.kind}`}
          none={t("tasks.zone_none")}
          error={error}
          find={(text, abort) => zoneOptions(text, abort, draft.kind === "zones" ? ZONES : REGIONS)}
          onTake={(one) => take({ code: `${one.layer}:${one.code}`, name: say(one.name) || one.code })}
        />
      )}
    </div>
  );
}
