--: source: mysql
--: parameter: id int64 required 1
--: rows: [{"b": "a\\", "c": "it's :no"}]
SELECT 'a\' as b, "it's :no" as c from t where id = :id
