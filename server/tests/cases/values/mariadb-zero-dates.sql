-- source: mariadb
-- table: zero_dates
-- refused: d of row 2 has the value “0000-00-00”
-- rejected: 2
-- row: {"id":1,"d":"2013-01-01","seen":"2013-01-01T10:00:00Z"}
-- row: {"id":4,"d":null,"seen":null}
SET sql_mode = '';
CREATE TABLE zero_dates (id int PRIMARY KEY, d date, seen datetime);
INSERT INTO zero_dates VALUES (1, '2013-01-01', '2013-01-01 10:00:00'), (2, '0000-00-00', '0000-00-00 00:00:00'), (3, '2013-00-15', '2013-01-02 00:00:00'), (4, NULL, NULL);
