SELECT Carrier, "dest", [tailnum] AS t, "no such column" AS text, dep_delay * 2 AS double, `month`
FROM main.Flights
WHERE double > 10 AND "CARRIER" <> "UA"
GROUP BY t, double
HAVING max(double) > 100
ORDER BY double, -Month
