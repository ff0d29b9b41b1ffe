SELECT
  p.tailnum,
  (SELECT max(f.dep_delay) FROM flights f WHERE f.tailnum = p.tailnum AND f.month = $1) AS worst,
  (SELECT count(*) FROM flights f WHERE f.tailnum = p.tailnum) > 100 AS busy
FROM planes p
WHERE p.year > (SELECT avg(year) FROM planes)
