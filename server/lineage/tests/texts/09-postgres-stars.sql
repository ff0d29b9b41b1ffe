WITH plane AS (SELECT * FROM planes WHERE engines = 2)
SELECT x.*, a.*, p.model
FROM (SELECT tailnum, carrier AS code, count(*) AS n FROM flights GROUP BY tailnum, carrier) x
JOIN plane p USING (tailnum)
JOIN airlines a ON a.carrier = x.code
