-- Who did what: it waits in the inbox until it is numbered and chained, and then never changes.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE audit_inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text,
    roles text [] NOT NULL,
    act text NOT NULL,
    thing text,
    outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    reason text,
    request text
);

CREATE TABLE audit_log (
    number bigint PRIMARY KEY CHECK (number >= 1),
    at timestamptz NOT NULL,
    actor text,
    roles text [] NOT NULL,
    act text NOT NULL,
    thing text,
    outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    reason text,
    request text,
    previous_hash text NOT NULL CHECK (previous_hash ~ '^[0-9a-f]{64}$'),
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')
);

-- Where the log ends: a tail that was cut off shows. Locked by whoever numbers.
CREATE TABLE audit_head (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    number bigint NOT NULL CHECK (number >= 0),
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')
);

INSERT INTO audit_head (number, hash) VALUES (0, repeat('0', 64));

-- SHA-256 of the RFC 8785 form of an entry: members sorted, texts escaped as ECMAScript does it.
CREATE FUNCTION audit_hash(entry audit_log) RETURNS text
LANGUAGE sql STABLE
RETURN encode(sha256(convert_to(
    '{"act":' || to_json(entry.act)
    || ',"actor":' || coalesce(to_json(entry.actor)::text, 'null')
    || ',"at":"' || to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","number":' || entry.number
    || ',"on":' || coalesce(to_json(entry.thing)::text, 'null')
    || ',"outcome":' || to_json(entry.outcome)
    || ',"previous_hash":' || to_json(entry.previous_hash)
    || ',"reason":' || coalesce(to_json(entry.reason)::text, 'null')
    || ',"request":' || coalesce(to_json(entry.request)::text, 'null')
    || ',"roles":[' || coalesce((
        SELECT string_agg(to_json(each.role)::text, ',' ORDER BY each.place)
          FROM unnest(entry.roles) WITH ORDINALITY AS each (role, place)), '')
    || ']}', 'UTF8')), 'hex');

-- Numbers what has been committed by now, whatever the order of the commits: it takes what is
-- there out of the inbox, so nothing is passed over. Runs with the owner's rights, for the
-- service itself has none on what is chained.
CREATE FUNCTION chain_audit(most integer) RETURNS integer
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
               outcome, reason, request, head.hash, head.hash
          FROM taken
         ORDER BY id
    LOOP
        entry.previous_hash := head.hash;
        entry.hash := audit_hash(entry);
        INSERT INTO audit_log SELECT entry.*;
        head.number := entry.number;
        head.hash := entry.hash;
        chained := chained + 1;
    END LOOP;
    UPDATE audit_head SET number = head.number, hash = head.hash;
    RETURN chained;
END $$;

-- For owners and superusers, who have every right: what is written is not changed by mistake.
CREATE FUNCTION keep_audit() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is not done: the audit log only grows', tg_op, tg_table_name;
END $$;

CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION keep_audit();
CREATE TRIGGER audit_inbox_is_not_altered BEFORE UPDATE OR TRUNCATE ON audit_inbox
FOR EACH STATEMENT EXECUTE FUNCTION keep_audit();

DO $$ BEGIN
    EXECUTE format(
        'ALTER FUNCTION chain_audit(integer) SET search_path = %I, pg_temp', current_schema());
    REVOKE ALL ON FUNCTION chain_audit(integer), audit_hash(audit_log), keep_audit() FROM PUBLIC;
    EXECUTE format('GRANT EXECUTE ON FUNCTION chain_audit(integer) TO %I', current_schema());
    EXECUTE format('GRANT INSERT ON audit_inbox TO %I', current_schema());
    EXECUTE format('GRANT SELECT ON audit_log, audit_head TO %I', current_schema());
END $$;
