SELECT kind, (SELECT max(at) FROM notes WHERE event = kind) AS last, star.name, star.size
FROM events, (SELECT * FROM airlines) star
WHERE active
