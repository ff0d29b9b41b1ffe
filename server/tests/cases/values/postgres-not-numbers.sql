-- source: postgres
-- table: not_numbers
-- same: d, r, n
-- row: {"id":1,"d":"NaN","r":"NaN","n":"NaN"}
-- row: {"id":2,"d":"Infinity","r":"-Infinity","n":"Infinity"}
-- row: {"id":3,"d":"-Infinity","r":"Infinity","n":"-Infinity"}
-- row: {"id":4,"d":1.5,"r":0.1,"n":"2.50"}
-- row: {"id":5,"d":null,"r":null,"n":null}
CREATE TABLE not_numbers (id bigint PRIMARY KEY, d float8, r real, n numeric);
INSERT INTO not_numbers VALUES
    (1, 'NaN', 'NaN', 'NaN'),
    (2, 'Infinity', '-Infinity', 'Infinity'),
    (3, '-Infinity', 'Infinity', '-Infinity'),
    (4, 1.5, 0.1, 2.50),
    (5, NULL, NULL, NULL);
