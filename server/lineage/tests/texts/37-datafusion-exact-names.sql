SELECT "Carrier", carrier, Sum(Dep_Delay) AS Delay, dep_delay AS d
FROM trips
GROUP BY Carrier, carrier, d
HAVING Delay > 10
ORDER BY d, Delay + 1
