/** A city by OpenAQ's spelling, with latitude and longitude in degrees. */
type City = readonly [name: string, latitude: number, longitude: number];

/** The capitals of the 63 provinces and municipalities that Vietnam had until July 2025. */
export const CAPITALS: readonly City[] = [
  ["Ba Ria", 10.4963, 107.1684],
  ["Bac Giang", 21.2731, 106.1946],
  ["Bac Kan", 22.147, 105.8348],
  ["Bac Lieu", 9.294, 105.7278],
  ["Bac Ninh", 21.1861, 106.0763],
  ["Ben Tre", 10.2434, 106.3756],
  ["Bien Hoa", 10.9574, 106.8427],
  ["Buon Ma Thuot", 12.6667, 108.0383],
  ["Ca Mau", 9.1769, 105.1524],
  ["Can Tho", 10.0452, 105.7469],
  ["Cao Bang", 22.6657, 106.2577],
  ["Cao Lanh", 10.4602, 105.6329],
  ["Da Lat", 11.9404, 108.4583],
  ["Da Nang", 16.0544, 108.2022],
  ["Dien Bien Phu", 21.386, 103.023],
  ["Dong Ha", 16.8163, 107.1003],
  ["Dong Hoi", 17.4689, 106.6223],
  ["Dong Xoai", 11.5349, 106.8832],
  ["Gia Nghia", 12.0042, 107.6907],
  ["Ha Giang", 22.8233, 104.9836],
  ["Ha Long", 20.9517, 107.0748],
  ["Ha Tinh", 18.3428, 105.9057],
  ["Hai Duong", 20.9373, 106.3146],
  ["Hai Phong", 20.8449, 106.6881],
  ["Hanoi", 21.0285, 105.8542],
  ["Ho Chi Minh City", 10.7769, 106.7009],
  ["Hoa Binh", 20.8133, 105.3383],
  ["Hue", 16.4637, 107.5909],
  ["Hung Yen", 20.6464, 106.0511],
  ["Kon Tum", 14.3545, 108.0076],
  ["Lai Chau", 22.3864, 103.4703],
  ["Lang Son", 21.8537, 106.7615],
  ["Lao Cai", 22.4856, 103.9707],
  ["Long Xuyen", 10.3864, 105.4352],
  ["My Tho", 10.36, 106.36],
  ["Nam Dinh", 20.42, 106.1683],
  ["Nha Trang", 12.2388, 109.1967],
  ["Ninh Binh", 20.2539, 105.975],
  ["Phan Rang-Thap Cham", 11.5643, 108.9886],
  ["Phan Thiet", 10.9289, 108.1021],
  ["Phu Ly", 20.5411, 105.9139],
  ["Pleiku", 13.9833, 108.0],
  ["Quang Ngai", 15.1205, 108.7923],
  ["Quy Nhon", 13.783, 109.2197],
  ["Rach Gia", 10.0125, 105.0809],
  ["Soc Trang", 9.6025, 105.9739],
  ["Son La", 21.327, 103.9141],
  ["Tam Ky", 15.5736, 108.474],
  ["Tan An", 10.5359, 106.4137],
  ["Tay Ninh", 11.31, 106.0983],
  ["Thai Binh", 20.4463, 106.3366],
  ["Thai Nguyen", 21.5942, 105.8482],
  ["Thanh Hoa", 19.8067, 105.7852],
  ["Thu Dau Mot", 10.9804, 106.6519],
  ["Tra Vinh", 9.9347, 106.3453],
  ["Tuy Hoa", 13.0955, 109.3209],
  ["Tuyen Quang", 21.8236, 105.214],
  ["Vi Thanh", 9.7845, 105.4701],
  ["Viet Tri", 21.3227, 105.402],
  ["Vinh", 18.6796, 105.6813],
  ["Vinh Long", 10.2537, 105.9722],
  ["Vinh Yen", 21.3089, 105.6049],
  ["Yen Bai", 21.7168, 104.8986],
];

/** How far a station may lie from the city that it is counted to, in kilometres. */
const REACH = 30;
const EARTH_RADIUS = 6371.0088;

/**
 * The city of a station: its locality, unless that is empty or "N/A"; then the nearest capital within 30 km, or null.
 */
export function cityOf(
  locality: string | null,
  place: { readonly latitude: number | null; readonly longitude: number | null },
): string | null {
  const named = locality?.trim() ?? "";
  if (named !== "" && named !== "N/A") return named;
  const { latitude, longitude } = place;
  if (latitude === null || longitude === null) return null;
  let city: string | null = null;
  let least = REACH;
  for (const [name, ...capital] of CAPITALS) {
    const distance = kilometres(capital, [latitude, longitude]);
    if (distance <= least) [city, least] = [name, distance];
  }
  return city;
}

/** The great-circle distance of two places in degrees, by the haversine formula. */
function kilometres(a: readonly [number, number], b: readonly [number, number]): number {
  const [north, east] = [radians(b[0] - a[0]), radians(b[1] - a[1])];
  const h = Math.sin(north / 2) ** 2 +
    Math.cos(radians(a[0])) * Math.cos(radians(b[0])) * Math.sin(east / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(Math.min(1, h)));
}

function radians(degrees: number): number {
  return degrees * Math.PI / 180;
}
