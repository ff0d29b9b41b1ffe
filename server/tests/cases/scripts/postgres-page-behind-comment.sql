--: source: postgres
--: page_size: 2
--: rows: [{"id": 1, "w": "it's"}, {"id": 2, "w": "a\\b"}]
select id, w from words order by id; -- newest
