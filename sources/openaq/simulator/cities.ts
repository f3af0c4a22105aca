/** Vietnamese cities with a place for a station; degrees. */
export const CITIES: readonly {
  name: string;
  place: string;
  latitude: number;
  longitude: number;
  dirt: number;
}[] = [
  { name: "Hanoi", place: "Hoàn Kiếm", latitude: 21.0285, longitude: 105.8522, dirt: 1.35 },
  { name: "Ho Chi Minh City", place: "Quận 1", latitude: 10.7769, longitude: 106.7009, dirt: 1.05 },
  { name: "Da Nang", place: "Hải Châu", latitude: 16.0678, longitude: 108.2208, dirt: 0.75 },
  { name: "Hai Phong", place: "Lê Chân", latitude: 20.8449, longitude: 106.6881, dirt: 1.15 },
  { name: "Can Tho", place: "Ninh Kiều", latitude: 10.0341, longitude: 105.7876, dirt: 0.8 },
  { name: "Hue", place: "Phú Nhuận", latitude: 16.4637, longitude: 107.5909, dirt: 0.7 },
  { name: "Nha Trang", place: "Lộc Thọ", latitude: 12.2388, longitude: 109.1967, dirt: 0.55 },
  { name: "Da Lat", place: "Phường 1", latitude: 11.9404, longitude: 108.4583, dirt: 0.5 },
  { name: "Vinh", place: "Hưng Bình", latitude: 18.6796, longitude: 105.6813, dirt: 0.9 },
  { name: "Bien Hoa", place: "Trấn Biên", latitude: 10.9574, longitude: 106.8426, dirt: 1.1 },
  { name: "Thai Nguyen", place: "Gang Thép", latitude: 21.5672, longitude: 105.8252, dirt: 1.3 },
  { name: "Ha Long", place: "Bạch Đằng", latitude: 20.9517, longitude: 107.0802, dirt: 0.95 },
];
