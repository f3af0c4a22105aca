const ADDENDS = Int32Array.from(
  { length: 64 },
  (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0,
);
const SHIFTS = Int32Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);
const BLOCK = 64;

const encoder = new TextEncoder();
let bytes = new Uint8Array(16 * BLOCK);
let view = new DataView(bytes.buffer);
const message = new Int32Array(16);
const digest = new Int32Array(4);

/**
 * The MD5 (RFC 1321) of a text in UTF-8 as its four words, each a 32-bit integer, the first holding the digest's first
 * four bytes with the lowest first. The answer is overwritten by the next call.
 *
 * For many short texts: three times faster than a call into node:crypto for each.
 */
export function md5Words(text: string): Int32Array {
  const length = write(text);
  const end = (((length + 8) >> 6) + 1) * BLOCK;
  bytes.fill(0, length, end);
  bytes[length] = 0x80;
  view.setUint32(end - 8, length << 3, true);
  view.setUint32(end - 4, length >>> 29, true);
  digest[0] = 0x67452301;
  digest[1] = 0xefcdab89;
  digest[2] = 0x98badcfe;
  digest[3] = 0x10325476;
  for (let at = 0; at < end; at += BLOCK) addBlock(at);
  return digest;
}

/** Puts the text's bytes in front of the buffer, with room for the padding, and answers how many they are. */
function write(text: string): number {
  if (bytes.length < 3 * text.length + 2 * BLOCK) {
    bytes = new Uint8Array(6 * text.length + 2 * BLOCK);
    view = new DataView(bytes.buffer);
  }
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return encoder.encodeInto(text, bytes).written;
    bytes[i] = unit;
  }
  return text.length;
}

function addBlock(at: number): void {
  for (let i = 0; i < 16; i++) message[i] = view.getInt32(at + 4 * i, true);
  let a = digest[0]!, b = digest[1]!, c = digest[2]!, d = digest[3]!;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    let mixed, word;
    if (round === 0) {
      mixed = d ^ (b & (c ^ d));
      word = i;
    } else if (round === 1) {
      mixed = c ^ (d & (b ^ c));
      word = 5 * i + 1;
    } else if (round === 2) {
      mixed = b ^ c ^ d;
      word = 3 * i + 5;
    } else {
      mixed = c ^ (b | ~d);
      word = 7 * i;
    }
    const sum = (a + mixed + message[word & 15]! + ADDENDS[i]!) | 0;
    const shift = SHIFTS[4 * round + (i & 3)]!;
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  digest[0] = digest[0]! + a;
  digest[1] = digest[1]! + b;
  digest[2] = digest[2]! + c;
  digest[3] = digest[3]! + d;
}
