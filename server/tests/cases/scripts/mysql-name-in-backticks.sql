--: source: mysql
--: parameter: id int64 required 1
--: refused: Add AS a_b
SELECT `order` as `a :b` from t where id = :id
