-- source: postgres
-- table: odd
-- same: iv, ip, net, r, m, b, p, tt, o, c, a, x, mac, nm, ts, mo, ci
-- row: {"id":1,"iv":"1 day 02:03:04","arr":[1,2,3],"big":[200],"tarr":["a","b, \"c\"",null],"narr":[0.10,12345678901234567890.1],"ip":"10.0.0.1/32","net":"10.0.0.0/8","r":"[1,5)","m":"$12.34","b":"1010","p":"(1,2)","tt":"10:00:00+02","o":"42","c":"x","a":"(\"Main st\",123)","x":"<a/>","mac":"08:00:2b:01:02:03","nm":"nm","ts":"'a' 'b'","u":"018f2f9e-8f3a-7c1e-9d5b-0242ac120002","mo":"ok","d":7,"pr":"19.90","ci":"AbC","ch":"ab","own":["ok"]}
-- row: {"id":2,"iv":"00:00:00","arr":[],"big":null,"tarr":null,"narr":null,"ip":"127.0.0.1/8","net":null,"r":"empty","m":"$0.42","b":"0000","p":null,"tt":null,"o":"16705","c":"","a":null,"x":null,"mac":null,"nm":null,"ts":null,"u":null,"mo":null,"d":null,"pr":null,"ci":null,"ch":"","own":null}
CREATE EXTENSION IF NOT EXISTS citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN posint AS integer CHECK (value > 0);
CREATE DOMAIN small AS posint CHECK (value < 1000);
CREATE DOMAIN price AS numeric(10,2);
CREATE TYPE addr AS (street text, zip int);
CREATE TABLE odd (id bigint PRIMARY KEY, iv interval, arr int[], big int[], tarr text[], narr numeric[], ip inet, net cidr, r int4range, m money, b bit(4), p point,
    tt timetz, o oid, c "char", a addr, x xml, mac macaddr, nm name, ts tsvector, u uuid, mo mood, d small, pr price, ci citext, ch char(5), own mood[]);
INSERT INTO odd VALUES (1, '1 day 2:03:04', '{1,2,3}', '{200}', '{a,"b, \"c\"",NULL}', '{0.10,12345678901234567890.1}', '10.0.0.1', '10.0.0.0/8', '[1,5)', '12.34',
    B'1010', '(1,2)', '10:00+02', 42, 'x', '("Main st",123)', '<a/>', '08:00:2b:01:02:03', 'nm', 'a b', '018f2f9e-8f3a-7c1e-9d5b-0242ac120002', 'ok', 7, 19.9, 'AbC', 'ab', '{ok}'),
    (2, '0', '{}', NULL, NULL, NULL, '127.0.0.1/8', NULL, 'empty', '0.42', B'0000', NULL, NULL, 16705, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', NULL);
