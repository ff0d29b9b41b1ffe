SELECT carrier, dest, u.tag, row_number() OVER (PARTITION BY carrier ORDER BY dep_delay DESC) AS place
FROM flights
CROSS JOIN UNNEST([1, 2, 3]) AS u(tag)
QUALIFY place = 1 AND max(distance) OVER (PARTITION BY dest) > $1
