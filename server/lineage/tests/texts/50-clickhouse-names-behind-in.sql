WITH slow AS (SELECT tailnum FROM flights WHERE air_time > 300)
SELECT url, any_of, f.n AS n
FROM events, file('flights.csv') AS f
WHERE url IN (slow) AND kind IN (SELECT kind_of FROM slow)
