SELECT
  dateDiff(minute, at, e.until) AS minutes,
  cityHash64(*) AS hash,
  countIf(at > 1) AS n,
  if(isNaN(price), inf, quantile(0.9)(price)) AS high,
  arrayFilter((x, y) -> x > floor AND y = 1, prices, flags) AS some,
  place.city.name AS city
FROM events AS e
GROUP BY minutes, e.place
