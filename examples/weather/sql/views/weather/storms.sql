-- Hours of a wind of 8 Beaufort or more.
SELECT station, datetime, wind FROM hours WHERE wind >= 17.2
