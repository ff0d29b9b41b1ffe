SELECT
  origin AS dest,
  dest AS origin,
  dep_delay AS arr_delay,
  -arr_delay AS sign
FROM flights
GROUP BY dest, flights.origin, dep_delay, arr_delay, sign
ORDER BY dest, arr_delay + 1, origin
