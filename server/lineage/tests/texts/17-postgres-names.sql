SELECT "Region", TOTAL, s."Total", sales.report."Region" AS again, "weird ""name"""
FROM Sales.REPORT
JOIN "Sales"."Report" AS s ON s.id = Report.ID
