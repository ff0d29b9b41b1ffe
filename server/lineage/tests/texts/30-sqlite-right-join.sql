SELECT *
FROM (SELECT dest AS faa, tailnum FROM flights) f
RIGHT JOIN (SELECT faa, name FROM airports) a USING (faa)
WHERE "text" <> 'x' AND faa LIKE ?1
