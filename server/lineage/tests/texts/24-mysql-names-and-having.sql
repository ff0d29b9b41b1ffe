SELECT f.`Carrier`, count(*) AS N, round(avg(dep_delay), 1) AS delay, 'x' `text`
FROM flights AS f
WHERE f.MONTH = ?
GROUP BY CARRIER
HAVING n > 10 AND delay > 5 AND max(ARR_DELAY) > ?
ORDER BY N DESC, f.carrier
LIMIT 5, 10
