WITH late AS (
  SELECT carrier, dest, dep_delay FROM flights WHERE dep_delay > 60
),
by_carrier (code, n, worst) AS (
  SELECT carrier, count(*), max(dep_delay) FROM late GROUP BY carrier HAVING avg(dep_delay) > 90
),
unused AS (
  SELECT temp FROM weather WHERE visib < 1
)
SELECT a.name, b.n, b.worst
FROM by_carrier b
JOIN airlines a ON a.carrier = b.code
