SELECT
  TIMESTAMPDIFF(MINUTE, at, time_hour) AS minutes,
  GET_FORMAT(DATE, 'EUR') AS form,
  f.time_hour + INTERVAL f.hour HOUR AS later,
  GROUP_CONCAT(DISTINCT f.dest ORDER BY f.distance DESC SEPARATOR ';') AS dests
FROM flights f, events
GROUP BY f.minute
