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
-- The moment of this transaction: what "now" means for everything it stores.
SELECT now() AS now

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
