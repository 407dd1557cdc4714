-- People by day are summed now and then; `summed` is the last entry that daily_sums hold.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE positions ADD COLUMN summed bigint NOT NULL DEFAULT 0 CHECK (summed >= 0);
UPDATE positions SET summed = sequence;
