// Which network addresses are public: the ones a stranger's URL may make this node connect to.
import { BlockList, isIP } from "node:net";

/** Not globally reachable, or a way round to something that is not (IANA special-purpose registries, RFC 6890). */
const forbiddenV4 = [
  "0.0.0.0/8", // this network
  "10.0.0.0/8", // private
  "100.64.0.0/10", // carrier-grade NAT
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local, cloud metadata
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarking
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, broadcast
];

/** Inside 2000::/3; everything outside it (loopback, mapped, NAT64, unique local, link-local, multicast) is refused whole. */
const forbiddenV6 = [
  "2001::/23", // protocol assignments: Teredo, benchmarking, ORCHID
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4: carries any IPv4 address
  "3fff::/20", // documentation
];

const forbidden = blockList([...forbiddenV4, ...forbiddenV6]);
const globalUnicastV6 = blockList(["2000::/3"]);

/** Whether `address` (an IP literal without brackets) is a public unicast address. False for anything that is no address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !forbidden.check(address, "ipv4");
    case 6:
      return globalUnicastV6.check(address, "ipv6") && !forbidden.check(address, "ipv6");
    default:
      return false;
  }
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network, bits] = range.split("/") as [string, string];
    list.addSubnet(network, Number(bits), network.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}
