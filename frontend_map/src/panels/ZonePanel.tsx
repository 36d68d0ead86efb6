import { useEffect } from "preact/hooks";
import type { Lineage, Zone } from "../api/types";
import { loadZone } from "../api/zones";
import { code as codeGroups, date, dayWithin, number, today } from "../format";
import { codeText, say, t } from "../i18n";
import { Facts } from "../parts/Facts";
import { Glyph } from "../parts/Glyph";
import { Panel } from "../parts/Panel";
import { Trouble, Waiting } from "../parts/Trouble";
import { ZoneSwatch } from "../parts/ZoneSwatch";
import { useLoad } from "../parts/load";
import { cityMap, moveForSelection } from "../state/map";
import { at, editionDate, filter, layerName, panel, selection, shownZones } from "../state/store";

export function ZonePanel({ layer, code }: { layer: string; code: string }) {
  const day = editionDate.value;
  const { value, error, loading, again } = useLoad(`${layer} ${code} ${day}`, (abort) => loadZone(layer, code, day, abort));

  useEffect(() => {
    shownZones.value = [{ layer, code }];
    return () => void (shownZones.value = []);
  }, [layer, code]);
  useEffect(() => {
    if (value?.code === code) moveForSelection((map) => map.fit(value.bounds));
  }, [value?.code, value?.layer, cityMap.value]);

  const zone = value?.code === code && value.layer === layer ? value : null;
  return (
    <Panel
      side="right"
      kicker={say(layerName(layer)) || t("zone.title")}
      title={zone ? say(zone.name) || zone.code : codeGroups(code)}
      subject={`${layer} ${code}`}
      onClose={() => (selection.value = null)}
    >
      {loading && !zone && <Waiting />}
      {error && <Trouble error={error} again={again} />}
      {zone && <Details zone={zone} />}
    </Panel>
  );
}

function Details({ zone }: { zone: Zone }) {
  const { parent } = zone;
  return (
    <>
      <div class="panel-actions">
        <button
          type="button"
          class="button"
          onClick={() => {
            filter.value = { ...filter.value, zone: { layer: zone.layer, code: zone.code } };
            panel.value = "list";
          }}
        >
          <Glyph name="list" size={16} />
          {t("zone.list")}
        </button>
        <button type="button" class="button" onClick={() => cityMap.value?.fit(zone.bounds)}>
          <Glyph name="home" size={16} />
          {t("why.zoom")}
        </button>
      </div>
      <OtherTime zone={zone} />
      <div class="figures">
        {(
          [
            [t("zone.households"), zone.households],
            [t("zone.residents"), zone.residents],
            [t("zone.buildings"), zone.buildings],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <strong>{value === null ? "–" : number(value)}</strong>
            <span>{name}</span>
          </div>
        ))}
      </div>
      <Facts
        rows={[
          [t("zone.code"), <span class="code">{codeGroups(zone.code)}</span>],
          [
            t("zone.parent"),
            parent ? (
              <button
                type="button"
                class="link"
                onClick={() => (selection.value = { type: "zone", layer: parent.layer, code: parent.code })}
              >
                <ZoneSwatch layer={parent.layer} /> {say(parent.name) || parent.code}
              </button>
            ) : null,
          ],
          [t("zone.organisation"), zone.organisation ? say(zone.organisation.name) : null],
          [t("zone.valid"), range(zone.valid_from, zone.valid_to)],
        ]}
      />
      <section>
        <h3>{t("zone.posts")}</h3>
        {zone.posts.length === 0 ? (
          <p class="muted">{t("zone.posts_empty")}</p>
        ) : (
          <ul class="plain">
            {zone.posts.map((post, index) => (
              <li key={index}>
                <span class="muted">{codeText("post", post.kind)}</span> {post.person ?? <em>{t("zone.vacant")}</em>}
                {post.organisation && <span class="muted small"> · {say(post.organisation.name)}</span>}
              </li>
            ))}
          </ul>
        )}
      </section>
      {zone.lineage.length > 0 && (
        <section>
          <h3>{t("zone.lineage")}</h3>
          <ul class="plain">
            {zone.lineage.map((line, index) => (
              <LineageRow key={index} line={line} zone={zone} />
            ))}
          </ul>
        </section>
      )}
      {zone.versions.length > 0 && (
        <section>
          <h3>{t("zone.versions")}</h3>
          <ul class="plain">
            {zone.versions.map((version) => (
              <li key={version.id}>
                {range(version.valid_from, version.valid_to)}
                {version.plan && <span class="muted small"> · {t("zone.plan", { code: version.plan })}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** The zone is not on the map of the date shown: say when it was, and lead there. */
function OtherTime({ zone }: { zone: Zone }) {
  const shown = editionDate.value ?? today();
  const then = dayWithin(zone.valid_from, zone.valid_to, shown);
  if (then === shown) return zone.retired ? <p class="badge">{t("zone.retired")}</p> : null;
  return (
    <div class="note">
      <p>
        {zone.retired && `${t("zone.retired")} · `}
        {t("zone.other_time", { date: date(shown) })}
      </p>
      <button type="button" class="button" onClick={() => (at.value = then)}>
        {t("zone.show_then", { date: date(then) })}
      </button>
    </div>
  );
}

export function range(from: string, to: string | null): string {
  return to ? t("zone.range", { from: date(from), to: date(to) }) : t("zone.since", { from: date(from) });
}

/** "Split from 370212001003001": one line of the zone's lineage, and the way to the other zone. */
function LineageRow({ line, zone }: { line: Lineage; zone: Zone }) {
  const from = line.to === zone.code;
  const other = from ? line.from : line.to;
  if (line.kind === "unchanged" || other === null) return <li>{t("zone.unchanged")}</li>;
  const shown = codeGroups(other);
  const text = {
    split: from ? t("zone.split_from", { code: shown }) : t("zone.split_into", { code: shown }),
    merged: from ? t("zone.merged_from", { code: shown }) : t("zone.merged_into", { code: shown }),
    irregular: from ? t("zone.irregular_from", { code: shown }) : t("zone.irregular_into", { code: shown }),
  }[line.kind];
  return (
    <li>
      <button type="button" class="link" onClick={() => (selection.value = { type: "zone", layer: zone.layer, code: other })}>
        {text}
      </button>
      {line.households !== null && (
        <span class="muted small"> · {t("zone.lineage_households", { n: number(line.households) })}</span>
      )}
    </li>
  );
}
