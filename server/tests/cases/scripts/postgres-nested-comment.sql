--: source: postgres
--: parameter: id int64 required 1
--: rows: [{"id": 1}]
select /* a /* b */ it's :no */ id from words where id = :id
