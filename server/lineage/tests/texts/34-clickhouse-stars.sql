WITH slow AS (SELECT tailnum FROM flights WHERE air_time > 300)
SELECT * EXCEPT (tz, dst, tzone) REPLACE (lat + 1 AS lat), f.carrier
FROM airports AS a
INNER JOIN (SELECT dest AS faa, carrier, tailnum FROM flights) AS f USING (faa)
WHERE tailnum IN (slow)
