SELECT carrier, at
FROM flights
INNER JOIN events ON events.carrier = flights.carrier
WHERE month = 1
UNION ALL
SELECT name, a.carrier
FROM events, airlines AS a
