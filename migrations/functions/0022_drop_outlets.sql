DROP TRIGGER history_reaches_webhooks ON history;
DROP FUNCTION history_reaches_webhooks();
