--: source: postgres
--: parameter: i int64 optional 1
--: rows: [{"id": 2}]
select id from words where true [[ and id = (ARRAY[1,2,3])[(ARRAY[2,3])[:i]] ]]
