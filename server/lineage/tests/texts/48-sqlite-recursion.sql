WITH RECURSIVE
  up (id, parent, depth) AS (
    SELECT part_id, parent_id, 0 FROM parts WHERE name = ?1
    UNION
    SELECT p.part_id, p.parent_id, up.depth + 1 FROM parts p, up WHERE p.part_id = up.parent LIMIT 100
  ),
  days (day) AS (VALUES (1) UNION ALL SELECT day + 1 FROM days WHERE day < 31)
SELECT up.id, days.day, total(w.temp) AS heat
FROM up, days LEFT JOIN weather w USING (day)
GROUP BY up.id, days.day
