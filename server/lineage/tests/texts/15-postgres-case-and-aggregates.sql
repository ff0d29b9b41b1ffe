SELECT
  CASE WHEN f.dep_delay > 60 THEN f.carrier WHEN f.hour < 6 THEN 'early' ELSE f.dest END AS kind,
  coalesce(f.tailnum, 'none') AS tailnum,
  extract(month FROM f.time_hour) AS month,
  count(*) FILTER (WHERE f.arr_delay > 0) AS late,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY f.air_time) AS median,
  string_agg(f.origin, ',' ORDER BY f.distance) AS origins,
  sum(f.distance::numeric) / nullif(count(f.flight), 0) AS mean,
  array_agg(f.minute)
FROM flights f
GROUP BY 1, f.tailnum, 3
HAVING min(f.year) = 2013
