SELECT url, tag, code, arrayMap(x -> x * weight, codes) AS heavy, names.first, n.first AS one
FROM hits
ARRAY JOIN tags AS tag, codes AS code
LEFT ARRAY JOIN names AS n
WHERE tag IN ('a', 'b') AND url IN (SELECT e.url FROM events AS e)
