SELECT b.id, tag, piece.value AS part, e.key, e.value, n, day
FROM bookings b,
  unnest(b.tags) WITH ORDINALITY AS t (tag, n)
  CROSS JOIN json_array_elements_text(b.doc -> 'parts') AS piece
  CROSS JOIN json_each(b.doc) AS e
  LEFT JOIN generate_series(b.begins, b.ends, interval '1 day') AS day ON true
WHERE tag <> ''
