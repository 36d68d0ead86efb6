-- Entries of the history become events of webhooks in their own transaction, as long as there are webhooks: what is committed
-- is told, and what is rolled back is not. The rights are those of the tables' owner: who writes history need not be allowed
-- to look at webhooks.
CREATE FUNCTION history_reaches_webhooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT FROM public.webhook WHERE active) THEN
        INSERT INTO public.webhook_event (seq)
        SELECT seq FROM added WHERE incident_id IS NOT NULL OR action = 'routing.again' OR action = 'incident.unlocate';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER history_reaches_webhooks AFTER INSERT ON history
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION history_reaches_webhooks();

-- Everybody has their own; who sees everything sees all of them.
DO $$
DECLARE
    held text;
    mine constant text := 'account_id = (SELECT nullif(current_setting(''gridgov.account'', true), '''')::bigint)';
BEGIN
    FOREACH held IN ARRAY ARRAY['webhook', 'report_subscription', 'share_link'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', held);
        EXECUTE format('CREATE POLICY everything ON %I TO gridgov_app USING (true) WITH CHECK (true)', held);
        EXECUTE format('CREATE POLICY own ON %I TO gridgov_scoped USING (%s) WITH CHECK (%s)', held, mine, mine);
    END LOOP;
END $$;
ALTER TABLE webhook_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON webhook_event TO gridgov_app USING (true) WITH CHECK (true);
ALTER TABLE webhook_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON webhook_delivery TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY own ON webhook_delivery TO gridgov_scoped
    USING (EXISTS (SELECT FROM webhook WHERE webhook.id = webhook_delivery.webhook_id));
ALTER TABLE report_delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON report_delivery TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY own ON report_delivery TO gridgov_scoped
    USING (EXISTS (SELECT FROM report_subscription WHERE report_subscription.id = report_delivery.subscription_id));
