SELECT *, faa AS again
FROM flown AS f
FULL JOIN (SELECT faa, name FROM airports) AS a USING (faa)
