SELECT x.carrier, x.total
FROM (
  SELECT carrier, sum(distance) AS total, min(dep_time) AS first
  FROM flights
  WHERE ($1 IS NULL OR month = $1) AND dep_time BETWEEN $2 AND $3
  GROUP BY carrier
  ORDER BY first
  LIMIT 5
) AS x
WHERE x.total > $4
OFFSET 1
