-- Notifications publish no topic: they have no rights on a relay's place.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON relay_positions FROM %I', current_schema());
END $$;
