-- The running numbers of every quota, in whole parts of a person, and the daily sums behind them.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE scales (
    quota text PRIMARY KEY,
    scale numeric NOT NULL CHECK (scale >= 1)
);

CREATE TABLE unit_counts (
    quota text NOT NULL REFERENCES scales,
    unit text NOT NULL,
    credited numeric NOT NULL,
    standing text NOT NULL CHECK (standing IN ('under', 'on-quota', 'over')),
    PRIMARY KEY (quota, unit)
);

CREATE TABLE stretch_totals (
    quota text NOT NULL REFERENCES scales,
    starts date NOT NULL,
    total numeric NOT NULL,
    PRIMARY KEY (quota, starts)
);

CREATE TABLE daily_sums (
    land text NOT NULL,
    unit text NOT NULL,
    programme text NOT NULL,
    effective_on date NOT NULL,
    persons bigint NOT NULL,
    PRIMARY KEY (land, unit, programme, effective_on)
);

GRANT SELECT, INSERT, UPDATE ON scales, daily_sums TO quota;
GRANT SELECT, INSERT, UPDATE, DELETE ON unit_counts, stretch_totals TO quota;
