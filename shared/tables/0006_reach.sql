-- What a transaction may touch, as it says itself: whoever says nothing sees nothing.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Codes of Länder, which are reached whole, and of units.
CREATE FUNCTION reach() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('hafenlotse.reach', true), '')::text[];

-- Whose first answers are looked for.
CREATE FUNCTION clients_in_reach() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('hafenlotse.clients', true), '')::text[];

ALTER TABLE relay_positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE relay_positions FORCE ROW LEVEL SECURITY;
CREATE POLICY whole_lands ON relay_positions USING (land = ANY(reach()));

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY answers_to_clients ON idempotency_keys
FOR SELECT USING (client = ANY((SELECT clients_in_reach())::text[]));
CREATE POLICY answers_of_clients ON idempotency_keys
FOR INSERT WITH CHECK (client = ANY((SELECT clients_in_reach())::text[]));

-- Nobody can forget an answer before the promised time is over.
CREATE POLICY old_answers ON idempotency_keys
FOR SELECT USING (answered_at < now() - interval '30 days');
CREATE POLICY old_answers_are_forgotten ON idempotency_keys
FOR DELETE USING (answered_at < now() - interval '30 days');

DO $$ BEGIN
    REVOKE ALL ON FUNCTION reach(), clients_in_reach() FROM PUBLIC;
    EXECUTE format(
        'GRANT EXECUTE ON FUNCTION reach(), clients_in_reach() TO %I', current_schema());
END $$;
