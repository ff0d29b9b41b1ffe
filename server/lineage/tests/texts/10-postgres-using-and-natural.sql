SELECT *
FROM (SELECT carrier, tailnum, dest FROM flights) f
LEFT JOIN (SELECT tailnum, model FROM planes) p USING (tailnum)
NATURAL JOIN airlines
