--: source: postgres
--: page_size: 2
--: refused: Take LIMIT out of the SQL
select id, w from words order by id limit 3
