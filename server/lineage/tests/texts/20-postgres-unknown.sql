SELECT
  e.*,
  kind,
  title,
  n.body,
  f.carrier,
  f.nickname,
  g.x
FROM events e, notes n, flights f
WHERE e.at > n.at AND year > 2012
ORDER BY 9
