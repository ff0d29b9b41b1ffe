SELECT carrier AS code, dest FROM flights LEFT SEMI JOIN planes ON planes.tailnum = flights.tailnum
UNION ALL BY NAME
SELECT faa AS dest, name, tzone AS code FROM airports
