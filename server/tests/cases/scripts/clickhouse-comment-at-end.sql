--: source: clickhouse
--: parameter: id int64 required 1
--: rows: [{"id": 1}]
select id from t1 where id = :id -- one row
