-- source: clickhouse
-- table: not_utf8
-- refused: s of row 2 has a value of 4 bytes, which is not a text
-- rejected: 2
-- row: {"id":1,"s":"café","h":"ok","a":["x"]}
CREATE TABLE not_utf8 (id UInt32, s String, h FixedString(2), a Array(String)) ENGINE = MergeTree ORDER BY id;
INSERT INTO not_utf8 VALUES (1, 'café', 'ok', ['x']), (2, unhex('636166E9'), 'ok', ['x']), (3, 'x', unhex('FFFE'), ['x']);
