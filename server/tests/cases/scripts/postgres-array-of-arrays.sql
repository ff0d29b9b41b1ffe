--: source: postgres
--: rows: [{"n": 3}]
select (ARRAY[[1,2],[3,4]])[2][1] as n
