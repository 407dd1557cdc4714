-- How often a Land was rebuilt from its ledger: who loaded it before that owns it no more.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE positions ADD COLUMN rebuilds bigint NOT NULL DEFAULT 0;

-- A rebuild writes the copies of the ledger and the counts of the past anew.
GRANT DELETE ON entry_batches, snapshots TO quota;
