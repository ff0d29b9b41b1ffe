WITH RECURSIVE months (n) AS (
  SELECT 1
  UNION ALL
  SELECT n + 1 FROM months WHERE n < 12
)
SELECT m.n, t.who, t.`delay`
FROM months m
LEFT JOIN (
  SELECT month, carrier AS who, dep_delay AS delay FROM flights
  UNION DISTINCT
  SELECT month, origin, temp FROM weather
) AS t ON t.month = m.n
WHERE t.who <> 'UA'
