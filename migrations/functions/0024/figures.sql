-- Marks: which incidents have to be counted again, written with the change that makes it so. Only what moves a figure
-- marks; a step within a case's open life does not. The rights are those of the tables' owner: who changes a case need
-- not see marks.
CREATE FUNCTION incidents_are_marked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    lowest bigint;
    highest bigint;
    n bigint;
BEGIN
    SELECT min(id), max(id), count(*) INTO lowest, highest, n FROM new_rows;
    -- Incidents of one load have one run of ids: one mark for all. Counting one too many does no harm.
    IF highest - lowest < 4 * n THEN
        INSERT INTO public.figure_mark (first_id, last_id) VALUES (lowest, highest);
    ELSE
        INSERT INTO public.figure_mark (first_id, last_id) SELECT id, id FROM new_rows;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION incident_is_marked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_TABLE_NAME = 'incident' THEN
        INSERT INTO public.figure_mark (first_id, last_id) VALUES (NEW.id, NEW.id);
    ELSE
        INSERT INTO public.figure_mark (first_id, last_id) VALUES (NEW.incident_id, NEW.incident_id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER incidents_are_marked AFTER INSERT ON incident
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION incidents_are_marked();

CREATE TRIGGER incident_is_marked AFTER UPDATE ON incident FOR EACH ROW
    WHEN ((OLD.zone_ids, OLD.base_grid_id, OLD.category_id, OLD.source, OLD.organisation_id, OLD.reported_at, OLD.place IS NULL)
          IS DISTINCT FROM (NEW.zone_ids, NEW.base_grid_id, NEW.category_id, NEW.source, NEW.organisation_id, NEW.reported_at,
                            NEW.place IS NULL))
    EXECUTE FUNCTION incident_is_marked();

CREATE TRIGGER case_is_marked AFTER UPDATE ON case_state FOR EACH ROW
    WHEN ((OLD.lead_id, OLD.satisfaction, OLD.reworks, OLD.extensions)
          IS DISTINCT FROM (NEW.lead_id, NEW.satisfaction, NEW.reworks, NEW.extensions))
    EXECUTE FUNCTION incident_is_marked();

CREATE TRIGGER case_is_marked_when_opened AFTER INSERT ON case_state FOR EACH ROW
    WHEN (NEW.satisfaction IS NOT NULL OR NEW.reworks > 0 OR NEW.extensions > 0)
    EXECUTE FUNCTION incident_is_marked();

CREATE TRIGGER started_clock_is_marked AFTER INSERT ON incident_clock FOR EACH ROW
    WHEN (NEW.due_at IS NOT NULL) EXECUTE FUNCTION incident_is_marked();

CREATE TRIGGER changed_clock_is_marked AFTER UPDATE ON incident_clock FOR EACH ROW
    WHEN ((OLD.due_at, OLD.paused_at) IS DISTINCT FROM (NEW.due_at, NEW.paused_at))
    EXECUTE FUNCTION incident_is_marked();

CREATE TRIGGER ended_case_is_marked AFTER INSERT ON case_moment FOR EACH ROW
    WHEN (NEW.stage = 'total') EXECUTE FUNCTION incident_is_marked();

-- Days are the city's, classes the catalogue's, regions those above the base grids: when these change, all is counted again.
CREATE FUNCTION all_incidents_are_marked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO public.figure_mark (first_id, last_id)
    SELECT lowest, highest FROM (SELECT min(id) AS lowest, max(id) AS highest FROM public.incident) AS there
    WHERE lowest IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER figures_follow_the_clock AFTER UPDATE OF timezone ON city
    FOR EACH STATEMENT EXECUTE FUNCTION all_incidents_are_marked();

CREATE TRIGGER figures_follow_the_catalogue AFTER UPDATE OF parent_id ON category
    FOR EACH STATEMENT EXECUTE FUNCTION all_incidents_are_marked();

-- Figures of a zone are for who sees the zone; figures of an organisation, for who sees its work. Places are asked once per
-- statement, not once per row.
ALTER TABLE figure_place ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_figure ENABLE ROW LEVEL SECURITY;
ALTER TABLE period_figure ENABLE ROW LEVEL SECURITY;
ALTER TABLE figure_mark ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON figure_place TO gridgov_app USING (true) WITH CHECK (true);
CREATE POLICY everything ON case_figure TO gridgov_app USING (true) WITH CHECK (true);
CREATE POLICY everything ON period_figure TO gridgov_app USING (true) WITH CHECK (true);
CREATE POLICY everything ON figure_mark TO gridgov_app USING (true) WITH CHECK (true);

-- Which sets of zones there are says nothing about incidents in them but that there was one: names of zones are open to all.
CREATE POLICY all_places ON figure_place FOR SELECT TO gridgov_scoped USING (true);

CREATE POLICY own_figures ON case_figure FOR SELECT TO gridgov_scoped USING (
    place_id IN (SELECT id FROM figure_place
                 WHERE zone_ids && (SELECT claimed_ids('gridgov.roots')))
    OR organisation_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[]));

CREATE POLICY own_figures ON period_figure FOR SELECT TO gridgov_scoped USING (
    place_id IN (SELECT id FROM figure_place
                 WHERE zone_ids && (SELECT claimed_ids('gridgov.roots')))
    OR grain = 4
       AND organisation_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[]));
