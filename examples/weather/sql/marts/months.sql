SELECT station, strftime(datetime, '%Y-%m') AS month, min(temperature) AS coldest, max(temperature) AS warmest, count(*) AS hours
FROM hours
GROUP BY ALL
