-- source: postgres
-- table: documents
-- same: j, jb
-- row: {"id":1,"j":{"id": 12345678901234567890.123456789, "a":1, "a":2},"jb":{"n": 12345678901234567890123, "price": 1.10}}
-- row: {"id":2,"j":[0.1000000000000000055],"jb":{"x": 18446744073709551616}}
CREATE TABLE documents (id bigint PRIMARY KEY, j json, jb jsonb);
INSERT INTO documents VALUES
    (1, '{"id": 12345678901234567890.123456789, "a":1, "a":2}', '{"price":1.10,"n":12345678901234567890123}'),
    (2, '[0.1000000000000000055]', '{"x":18446744073709551616}');
