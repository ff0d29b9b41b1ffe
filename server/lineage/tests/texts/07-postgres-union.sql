SELECT origin AS airport, 'from' AS way, dep_delay AS delay FROM flights
UNION ALL
SELECT dest, 'to', arr_delay FROM flights WHERE arr_delay IS NOT NULL
UNION
SELECT faa, tzone, alt FROM airports
ORDER BY airport, 3
