SELECT carrier, name AS N, MATCH (name) AGAINST ('air') AS score
FROM airlines
WHERE MATCH (name) AGAINST ('air' IN BOOLEAN MODE) > 0.5
HAVING score > 1 AND n <> ''
