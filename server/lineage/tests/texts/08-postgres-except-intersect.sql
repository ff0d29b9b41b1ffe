(SELECT tailnum FROM flights EXCEPT SELECT tailnum FROM planes WHERE seats > 100)
INTERSECT
SELECT p.tailnum FROM planes p
