SELECT row_to_json(l) AS line, count(l.*) AS n, (b.place).city AS city, b.tags[1] AS first
FROM airlines l, bookings b
GROUP BY l, b.place, b.tags
