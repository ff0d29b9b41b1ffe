SELECT
  carrier,
  rank() OVER w AS place,
  sum(distance) OVER (w ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS distance,
  avg(arr_delay) FILTER (WHERE dest = 'LAX') OVER (PARTITION BY origin) AS to_lax,
  lag(dep_delay, 1, 0) OVER (ORDER BY time_hour) - dep_delay AS change
FROM flights
WINDOW w AS (PARTITION BY month ORDER BY air_time DESC)
