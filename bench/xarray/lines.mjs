// What climate scientists ask without a join, after the published examples of SQL over xarray; peer_xarray.py has the same names.
export const lines = [
  {
    name: 'climatology by month and cell',
    sql: 'SELECT month(time) AS m, lat, lon, avg(t2m) FROM suite GROUP BY m, lat, lon',
  },
  { name: 'diurnal cycle by cell', sql: 'SELECT hour(time) AS h, lat, lon, avg(t2m) FROM suite GROUP BY h, lat, lon' },
  { name: 'zonal mean', sql: 'SELECT lat, avg(t2m) FROM suite GROUP BY lat' },
  { name: 'zonal mean over time', sql: 'SELECT time, lat, avg(t2m) FROM suite GROUP BY time, lat' },
  {
    name: 'zonal statistics over land',
    sql: 'SELECT lat, min(t2m), max(t2m), stddev_samp(t2m), avg(t2m) FROM suite WHERE land = 1 GROUP BY lat',
  },
  {
    name: 'days of frost by cell',
    sql: 'SELECT lat, lon, count(*) FROM suite WHERE t2m < 273.15 GROUP BY lat, lon',
  },
  { name: 'NDVI', sql: 'SELECT avg((nir - red) / (nir + red)) FROM suite' },
  { name: 'NDVI by cell', sql: 'SELECT lat, lon, avg((nir - red) / (nir + red)) FROM suite GROUP BY lat, lon' },
  {
    name: 'NDVI over land by month',
    sql: 'SELECT month(time) AS m, avg((nir - red) / (nir + red)) FROM suite WHERE land = 1 GROUP BY m',
  },
  {
    name: 'regional mean by month',
    sql: 'SELECT month(time) AS m, avg(t2m) FROM suite WHERE lat BETWEEN 35 AND 70 AND lon BETWEEN 0 AND 40 GROUP BY m',
  },
]
