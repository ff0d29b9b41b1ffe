-- source: postgres
-- table: infinite
-- refused: ts of row 2 has the value “infinity”
-- rejected: 2
-- row: {"id":1,"ts":"2013-01-01T00:00:00Z","d":"2013-01-01"}
CREATE TABLE infinite (id bigint PRIMARY KEY, ts timestamp, d date);
INSERT INTO infinite VALUES (1, '2013-01-01', '2013-01-01'), (2, 'infinity', '2013-01-01'), (3, '2013-01-01', '-infinity');
