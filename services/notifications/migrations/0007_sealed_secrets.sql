-- Secrets of webhooks are kept sealed; those from before are sealed by the next start.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Not valid: rows from before may be in clear until then, new ones never.
ALTER TABLE recipients
ADD CONSTRAINT secret_is_sealed CHECK (secret LIKE 'sealed:%') NOT VALID;

DO $$ BEGIN
    EXECUTE format('GRANT UPDATE (secret) ON recipients TO %I', current_schema());
END $$;
