-- Admissions reads no topic, and of a Land only its end moves: it has no more rights than that.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

REVOKE ALL ON dead_letters, offsets, redrives FROM admissions;
REVOKE UPDATE ON lands FROM admissions;
GRANT UPDATE (sequence, hash, last_instant) ON lands TO admissions;
