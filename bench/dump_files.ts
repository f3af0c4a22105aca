const PLACES = 600;
const PARAMETERS = ["pm25", "pm10", "no2", "so2", "o3", "co", "bc"];
const HEADER = "location,city,country,utc,local,parameter,value,unit,latitude,longitude,attribution\n";
const ATTRIBUTION = `"[{""name"": ""Generated"", ""url"": ""https://example.org/air""}]"`;

/** Writes daily files of 50,400 rows, some of them refused for each of the reasons, as the archive packed them. */
export async function writeDays(folder: string, days: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Promise.all(Array.from({ length: days }, async (_, day) => {
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
    const packed = new Blob([HEADER, ...rows(date)]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(`${folder}/${date}.csv.gz`, packed);
  }));
}

function* rows(date: string): Iterable<string> {
  for (let place = 0; place < PLACES; place++) {
    const head = `Place ${place},City ${place % 150},${["NO", "ES", "VN", "CL"][place % 4]}`;
    const tail = `µg/m³,${(place / 9).toFixed(6)},${(place / 5 - 60).toFixed(6)},${ATTRIBUTION}\n`;
    for (let hour = 0; hour < 24; hour++) {
      const at = `${date}T${String(hour).padStart(2, "0")}`;
      const times = `${at}:00:00.000Z,${at}:00:00+00:00`;
      for (const [i, parameter] of PARAMETERS.entries()) {
        // One place in two measures half of the parameters; one value in twenty is a fault.
        if ((place + i) % 2 === 1) continue;
        const value = (place * 31 + hour * 7 + i) % 20 === 0
          ? -999
          : ((place * 37 + hour * 11 + i * 5) % 997) / 10;
        yield `${head},${times},${parameter},${value},${tail}`;
      }
    }
  }
}
