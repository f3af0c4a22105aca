-- Hours whose PM2.5 lies above 50 µg/m³, the dashboards' alert threshold.
SELECT location_id, location_name, city, datetime, measurement_date, pm25
FROM vietnam
WHERE pm25 > 50
