SELECT DISTINCT l.name, t.dest
FROM airlines l, LATERAL (SELECT f.dest FROM flights f WHERE f.carrier = l.carrier LIMIT 1) t
STRAIGHT_JOIN airports a ON a.faa = t.dest
ORDER BY a.lat
