SELECT
  faa,
  a.name,
  tailnum
FROM (SELECT dest AS faa, tailnum FROM flights) f
FULL JOIN airports a USING (faa)
RIGHT JOIN (SELECT tailnum, seats FROM planes) p USING (tailnum)
WHERE seats > 10
