SELECT
  x.dep_delay AS arr_delay,
  x.arr_delay AS dep_delay,
  month AS day,
  day AS month,
  minute + 1 AS minute,
  minute + hour AS both
FROM flights AS x
WHERE day > 1
