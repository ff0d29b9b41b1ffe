--: source: mysql
--: parameter: id int64 required 1
--: rows: [{"id": 1}]
SELECT id # it's a comment :no
from m_bool where id = :id
