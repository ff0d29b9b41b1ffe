--: source: postgres
--: page_size: 2
--: refused: Remove LIMIT from the SQL
select id, w from words order by id limit 3
