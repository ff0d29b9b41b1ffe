SELECT DISTINCT ON (dest, carrier) dest, carrier AS code, tailnum
FROM flights
ORDER BY dest, carrier, dep_delay DESC
