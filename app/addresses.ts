/** An IPv4 address, or an IPv6 one without brackets. */
export function isAddress(text: string): boolean {
  return isV4(text) || isV6(text);
}

/** Whether only this machine reaches what listens at an address. */
export function isLoopback(address: string): boolean {
  return address === "localhost" || (isV4(address) && address.startsWith("127.")) ||
    (isV6(address) && inUrl(address) === "[::1]");
}

/** Whether it stands for all addresses of the machine. */
export function isEvery(address: string): boolean {
  return address === "0.0.0.0" || (isV6(address) && inUrl(address) === "[::]");
}

/** An address as URLs have it. */
export function inUrl(address: string): string {
  return address.includes(":") ? new URL(`http://[${address}]`).hostname : address;
}

function isV4(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split(".").every((part) => Number(part) < 256);
}

function isV6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(":") && URL.canParse(`http://[${text}]`);
}
