-- How far the assets of each domain are looked after, day by day. Columns and jobs count with what they are part of.
CREATE TABLE stewardship_days (
    domain TEXT NOT NULL REFERENCES domains (name),
    -- The beginning of the day, in UTC.
    day BIGINT NOT NULL,
    assets BIGINT NOT NULL,
    owned BIGINT NOT NULL,
    described BIGINT NOT NULL,
    tagged BIGINT NOT NULL,
    certified BIGINT NOT NULL,
    PRIMARY KEY (domain, day)
);
CREATE INDEX stewardship_by_day ON stewardship_days (day);
