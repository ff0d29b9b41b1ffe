--: source: postgres
--: parameter: id int64 required 1
--: rows: [{"a": "it's", "id": 1}]
select E'it\'s' as a, id from words where id = :id
