WITH RECURSIVE tree AS (
  SELECT p.part_id, p.parent_id, p.name, 1 AS level, p.cost
  FROM parts p
  WHERE p.parent_id IS NULL
  UNION ALL
  SELECT c.part_id, c.parent_id, t.name || ' / ' || c.name, t.level + 1, c.cost * c.amount
  FROM parts c
  JOIN tree t ON t.part_id = c.parent_id
)
SELECT part_id, name AS path, level, sum(cost) OVER (PARTITION BY level) AS of_level
FROM tree
WHERE level < 5
