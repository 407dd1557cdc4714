-- Which Länder an entry concerns: an auditor of one Land is shown what concerns it. This is no part
-- of the entry that is hashed, so hashes mean what they always meant.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE audit_inbox ADD COLUMN lands text [] NOT NULL DEFAULT '{}';
ALTER TABLE audit_log ADD COLUMN lands text [] NOT NULL DEFAULT '{}';

-- The Länder in which anything was changed; whoever is an auditor of all of them sees all.
ALTER TABLE audit_head ADD COLUMN lands text [] NOT NULL DEFAULT '{}';

-- As before, and it takes the Länder along.
CREATE OR REPLACE FUNCTION chain_audit(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    head audit_head;
    entry audit_log;
    chained integer := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM audit_inbox) THEN
        RETURN 0;
    END IF;
    SELECT * INTO head FROM audit_head FOR UPDATE;
    FOR entry IN
        WITH taken AS (
            DELETE FROM audit_inbox
             WHERE id IN (SELECT id FROM audit_inbox ORDER BY id LIMIT most)
         RETURNING *
        )
        SELECT head.number + row_number() OVER (ORDER BY id), at, actor, roles, act, thing,
               outcome, reason, request, head.hash, head.hash, lands
          FROM taken
         ORDER BY id
    LOOP
        entry.previous_hash := head.hash;
        entry.hash := audit_hash(entry);
        INSERT INTO audit_log SELECT entry.*;
        head.number := entry.number;
        head.hash := entry.hash;
        IF entry.outcome = 'done' AND entry.act NOT LIKE 'GET %' THEN
            head.lands := ARRAY(
                SELECT DISTINCT land FROM unnest(head.lands || entry.lands) AS land ORDER BY land);
        END IF;
        chained := chained + 1;
    END LOOP;
    UPDATE audit_head SET number = head.number, hash = head.hash, lands = head.lands;
    RETURN chained;
END $$;

DO $$ BEGIN
    EXECUTE format(
        'ALTER FUNCTION chain_audit(integer) SET search_path = %I, pg_temp', current_schema());
END $$;
