SELECT v.label, f.carrier, v.low
FROM flights f
JOIN (VALUES ('short', 0, 500), ('long', 501, 5000)) AS v (label, low, high) ON f.distance BETWEEN v.low AND v.high
WHERE (f.origin, f.dest) IN (VALUES ('JFK', 'LAX'), ('EWR', 'SFO'))
