--: source: clickhouse
--: parameter: id int64 required 1
--: rows: [{"n": 2}]
select length([[1,2],[3,4]]) as n from t1 where id = :id
