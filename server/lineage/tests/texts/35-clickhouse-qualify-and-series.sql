SELECT s.number AS hour, f.carrier AS c, avg(f.dep_delay) AS delay, row_number() OVER (PARTITION BY c ORDER BY delay) AS place
FROM numbers(24) AS s
LEFT JOIN flights AS f ON f.hour = s.number
GROUP BY hour, c WITH TOTALS
HAVING delay > 0
QUALIFY place <= 3
ORDER BY ALL
