SELECT *
FROM (SELECT tailnum, carrier FROM flights) f
NATURAL JOIN airlines
RIGHT JOIN (SELECT tailnum, seats FROM planes) p USING (tailnum)
