-- name: versions
-- Versions of rules with everything they name; of one code, of one moment, or from a moment on.
SELECT rule.id, rule.code, lower(rule.valid) AS valid_from, upper(rule.valid) AS valid_to, rule.assign_to, rule.priority,
       category.standard_ref || ':' || category.kind || ':' || category.code AS category,
       category.name_zh AS category_zh, category.name_en AS category_en, coalesce(category.level, 0) AS category_depth,
       layer.code AS layer, layer.name_zh AS layer_zh, layer.name_en AS layer_en, coalesce(layer.depth, 0) AS layer_depth,
       zone.code AS zone, coalesce(drawn.name_zh, zone.code) AS zone_zh, drawn.name_en AS zone_en,
       organisation.code AS organisation, organisation.name_zh AS organisation_zh,
       organisation.name_en AS organisation_en, rule.note_zh, rule.note_en,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object('code', helper.code, 'name', jsonb_build_object(
                      'zh', helper.name_zh, 'en', helper.name_en)) ORDER BY helper.code)
           FROM assignment_rule_support AS support JOIN organisation AS helper ON helper.id = support.organisation_id
           WHERE support.rule_id = rule.id), '[]') AS supporting
FROM assignment_rule AS rule
LEFT JOIN category ON category.id = rule.category_id
LEFT JOIN layer ON layer.id = rule.layer_id
LEFT JOIN zone ON zone.id = rule.zone_id
LEFT JOIN LATERAL (
    SELECT name_zh, name_en FROM zone_version
    WHERE zone_version.zone_id = zone.id AND upper_inf(zone_version.recorded)
    ORDER BY lower(zone_version.valid) DESC LIMIT 1
) AS drawn ON true
LEFT JOIN organisation ON organisation.id = rule.organisation_id
WHERE (%(code)s::text IS NULL OR rule.code = %(code)s::text)
  AND (%(at)s::timestamptz IS NULL OR rule.valid @> %(at)s::timestamptz)
  AND (%(since)s::timestamptz IS NULL OR upper_inf(rule.valid) OR upper(rule.valid) > %(since)s::timestamptz)
ORDER BY rule.code, lower(rule.valid)

-- name: moment
-- What time it is; not when the transaction began, which may have waited for another change of rules.
SELECT clock_timestamp() AS now

-- name: category_line
-- Keys of a category and of all above it; empty when there is none.
WITH RECURSIVE line AS (
    SELECT * FROM category WHERE standard_ref = %(standard_ref)s AND kind = %(kind)s AND code = %(code)s
    UNION ALL
    SELECT category.* FROM category JOIN line ON category.id = line.parent_id
)
SELECT standard_ref || ':' || kind || ':' || code AS key FROM line

-- name: history_of
-- Changes of rules that touched one code, newest first.
SELECT seq, at, actor
FROM history
WHERE action = 'rules.change'
  AND (jsonb_path_exists(after, '$.rules[*].code ? (@ == $code)', jsonb_build_object('code', %(code)s::text))
       OR jsonb_path_exists(before, '$.rules[*].code ? (@ == $code)', jsonb_build_object('code', %(code)s::text)))
ORDER BY seq DESC

-- name: lock
-- One change of rules at a time; readers go on.
LOCK TABLE assignment_rule IN SHARE ROW EXCLUSIVE MODE

-- name: categories
-- Every category with its parent, and whether it is about a component.
SELECT category.standard_ref || ':' || category.kind || ':' || category.code AS key,
       parent.standard_ref || ':' || parent.kind || ':' || parent.code AS parent,
       category.level, category.component_id IS NOT NULL OR category.kind = 'component' AS about_component,
       category.name_zh, category.name_en
FROM category LEFT JOIN category AS parent ON parent.id = category.parent_id
ORDER BY category.standard_ref, category.kind, category.code

-- name: layers
-- Layers that rules name, with their zones at a moment, who answers for each, and the zones that were.
SELECT layer.code, layer.depth, layer.cardinality, layer.active AND layer.kind <> 'context' AS routed,
       coalesce((
           SELECT jsonb_object_agg(zone.code, organisation.code)
           FROM zone_version JOIN zone ON zone.id = zone_version.zone_id
           LEFT JOIN organisation ON organisation.id = zone_version.organisation_id
           WHERE zone_version.layer_id = layer.id AND zone_version.valid @> %(at)s::timestamptz
             AND upper_inf(zone_version.recorded)), '{}') AS zones,
       coalesce((
           SELECT array_agg(zone.code)
           FROM zone WHERE zone.layer_id = layer.id AND zone.retired_at <= %(at)s::timestamptz), '{}') AS gone
FROM layer
WHERE layer.code = ANY (%(codes)s::text[])

-- name: organisations
-- Organisations by code.
SELECT code, name_zh, name_en FROM organisation

-- name: insert
-- A version of a rule; everything it names exists.
INSERT INTO assignment_rule (code, category_id, layer_id, zone_id, assign_to, organisation_id, priority, valid,
                             note_zh, note_en)
VALUES (%(code)s,
        (SELECT id FROM category WHERE standard_ref || ':' || kind || ':' || code = %(category)s),
        (SELECT id FROM layer WHERE code = %(layer)s),
        (SELECT zone.id FROM zone JOIN layer ON layer.id = zone.layer_id
         WHERE layer.code = %(layer)s AND zone.code = %(zone)s),
        %(assign_to)s,
        (SELECT id FROM organisation WHERE code = %(organisation)s),
        %(priority)s, tstzrange(%(valid_from)s::timestamptz, %(valid_to)s::timestamptz), %(note_zh)s, %(note_en)s)
RETURNING id

-- name: insert_supports
-- Supporting organisations of a version.
INSERT INTO assignment_rule_support (rule_id, organisation_id)
SELECT %(rule_id)s, id FROM organisation WHERE code = ANY (%(codes)s::text[])

-- name: close
-- End versions at a moment.
UPDATE assignment_rule SET valid = tstzrange(lower(valid), %(at)s::timestamptz) WHERE id = ANY (%(ids)s::bigint[])

-- name: take_back_supports
-- Supporting organisations of versions that have not begun.
DELETE FROM assignment_rule_support WHERE rule_id = ANY (%(ids)s::bigint[])

-- name: take_back
-- Versions that have not begun.
DELETE FROM assignment_rule WHERE id = ANY (%(ids)s::bigint[])
