WITH d AS (SELECT trips.*, dep_delay > $1 AS late FROM trips WHERE carrier = $2)
SELECT d.carrier.code AS code, d.late, x.low
FROM d
CROSS JOIN (VALUES (1), (2)) AS x (low)
WHERE d.dep_delay > x.low AND carrier IS NOT NULL
GROUP BY d.carrier, late, low
