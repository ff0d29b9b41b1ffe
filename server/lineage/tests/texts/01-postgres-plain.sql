SELECT carrier, dep_delay + arr_delay AS delay, upper(dest) AS dest
FROM flights
WHERE month = $1 AND origin IN ('JFK', 'EWR')
ORDER BY delay DESC, tailnum
LIMIT 10
