SELECT l.name, top.tailnum, top.rank, hours.h
FROM airlines l
CROSS JOIN LATERAL (
  SELECT f.tailnum, row_number() OVER (ORDER BY count(*) DESC) AS rank
  FROM flights f
  WHERE f.carrier = l.carrier
  GROUP BY f.tailnum
  ORDER BY 2
  LIMIT 3
) AS top
LEFT JOIN LATERAL (SELECT max(hour) AS h FROM flights g WHERE g.tailnum = top.tailnum) AS hours ON true
