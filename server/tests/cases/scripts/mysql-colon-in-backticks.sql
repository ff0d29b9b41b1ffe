--: source: mysql
--: parameter: id int64 required 1
--: rows: [{"b": 7}]
SELECT a as b from (SELECT `order` as a, `x :y` as id from t) as u where id = :id
