SELECT
  dep_delay / 60 AS hours,
  hours * 2 AS twice,
  upper(carrier) AS carrier,
  flights.dest,
  uniqExact(tailnum) OVER (PARTITION BY origin) AS planes
FROM flights FINAL
PREWHERE month = {p1:Int64}
WHERE hours > 1 AND carrier = 'AA'
ORDER BY twice, day
LIMIT 3 BY carrier
