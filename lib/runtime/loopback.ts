/** Which hosts are this machine. */

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/** @param host a name or an address; one of IPv6 as it is, or in brackets as in a URL */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
