-- Where another service's audit log once ended, found at once however long this one is.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- It has no row yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX audit_log_witnesses ON audit_log (thing, number) WHERE act = 'audit-head';
