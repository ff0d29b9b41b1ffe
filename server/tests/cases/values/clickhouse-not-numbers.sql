-- source: clickhouse
-- table: not_numbers
-- row: {"id":1,"d":"NaN","r":"Infinity"}
-- row: {"id":2,"d":"-Infinity","r":"NaN"}
-- row: {"id":3,"d":1.5,"r":0.1}
CREATE TABLE not_numbers (id Int64, d Float64, r Float32) ENGINE = MergeTree ORDER BY id;
INSERT INTO not_numbers VALUES (1, nan, inf), (2, -inf, nan), (3, 1.5, 0.1);
