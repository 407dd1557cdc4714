-- Whatever PostgreSQL believes of a table that grows fast, one index alone answers each question
-- about alerts, and reads as many of them as it finds.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- First, as its lock is the strongest: a service that is still running waits before all of it.
-- Numbers come from one sequence, and nobody asks by a number alone.
-- squawk-ignore ban-drop-constraint
ALTER TABLE alerts DROP CONSTRAINT alerts_number_key;
-- Alerts wait meanwhile: the two indexes of a million take under a second.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX alerts_of_land ON alerts (land, number);
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX alerts_resolved_by;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX alerts_resolved_by ON alerts (resolved_by) WHERE resolved_by IS NOT NULL;
