SELECT "kind", at, e.place
FROM events e
WHERE "kind" = 'a'
