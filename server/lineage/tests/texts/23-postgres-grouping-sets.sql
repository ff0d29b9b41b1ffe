SELECT origin, carrier, grouping(origin) AS g, sum(distance)
FROM flights
GROUP BY GROUPING SETS ((origin), (origin, carrier), ()), ROLLUP (month)
ORDER BY grouping(carrier), 4
FETCH FIRST 10 ROWS ONLY
