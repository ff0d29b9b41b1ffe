SELECT kind, lower(title) AS title, upper(place) AS label, count(*)
FROM events
GROUP BY kind, title, label
ORDER BY label, count
