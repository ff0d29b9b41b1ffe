SELECT b.id, j.name, j.at, j.price
FROM bookings b,
  JSON_TABLE(b.doc, '$.legs[*]' COLUMNS (
    at FOR ORDINALITY,
    name VARCHAR(40) PATH '$.name',
    NESTED PATH '$.fares[*]' COLUMNS (price DECIMAL(10, 2) PATH '$.price')
  )) AS j
WHERE j.price > 10
