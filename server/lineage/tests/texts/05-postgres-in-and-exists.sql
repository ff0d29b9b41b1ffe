SELECT a.faa, a.name
FROM airports a
WHERE a.faa IN (SELECT f.dest FROM flights f WHERE f.distance > 2000)
  AND NOT EXISTS (SELECT f.carrier FROM flights f JOIN airlines l ON l.carrier = f.carrier WHERE f.origin = a.faa AND l.name LIKE $1)
  AND a.alt > ALL (SELECT min(alt) FROM airports GROUP BY tzone)
