--: source: clickhouse
--: parameter: id int64 required 1
--: rows: [{"id": 1, "a": "it's :x"}]
select id, 'it\'s :x' as a from t1 where id = :id
