WITH busy AS (SELECT origin, n FROM counted WHERE n > ?1),
  counted AS (SELECT origin, count(*) AS n FROM flights GROUP BY origin)
SELECT b.origin, j.value AS word, j.key, json_extract(k.doc, '$.a') AS a, rank() OVER (ORDER BY b.n) AS place
FROM busy b, bookings k, json_each(k.tags) AS j
WHERE j.type = 'text'
