//! Which addresses belong to the public Internet, by the IANA registries of special-purpose addresses.
//!
//! Names, and the upstreams that an operator allows, are the subject of `egress.rs`.

use ipnet::{Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not routed, or are inside private networks.
const RESERVED_V4: &[Ipv4Net] = &[
    v4([0, 0, 0, 0], 8),        // "this network"; Linux connects 0.0.0.0 to itself
    v4([10, 0, 0, 0], 8),       // private
    v4([100, 64, 0, 0], 10),    // carriers' NAT; Alibaba's metadata
    v4([127, 0, 0, 0], 8),      // loopback
    v4([168, 63, 129, 16], 32), // Azure's WireServer: public by number, answered by the machine's host
    v4([169, 254, 0, 0], 16),   // link-local; most clouds' metadata
    v4([172, 16, 0, 0], 12),    // private
    v4([192, 0, 0, 0], 24),     // protocol assignments; Oracle's metadata
    v4([192, 0, 2, 0], 24),     // documentation
    v4([192, 88, 99, 0], 24),   // relays of 6to4, withdrawn
    v4([192, 168, 0, 0], 16),   // private
    v4([198, 18, 0, 0], 15),    // benchmarks
    v4([198, 51, 100, 0], 24),  // documentation
    v4([203, 0, 113, 0], 24),   // documentation
    v4([224, 0, 0, 0], 4),      // multicast
    v4([240, 0, 0, 0], 4),      // reserved, and broadcast
];

/// The only IPv6 unicast addresses that IANA has allocated so far. All other addresses are refused: unspecified, loopback, discard
/// (`100::/64`), link-local, site-local, unique local, multicast, IPv4-compatible, and both NAT64 prefixes.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// Networks within [`GLOBAL_V6`] that are not routed, or whose addresses contain an IPv4 address.
const RESERVED_V6: &[Ipv6Net] = &[
    v6([0x2001, 0, 0], 23),      // protocol assignments; Teredo, which holds an IPv4 address
    v6([0x2001, 0x0db8, 0], 32), // documentation
    v6([0x2002, 0, 0], 16),      // 6to4, which holds an IPv4 address
    v6([0x3fff, 0, 0], 20),      // documentation
];

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b, c]: [u16; 3], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// Whether an address belongs to the public Internet.
///
/// An IPv4 address mapped into IPv6 (`::ffff:…`) is checked as the IPv4 address to which the system connects. All other
/// IPv6 addresses that contain an IPv4 address are not public, whichever it is: no map server is reachable only by them.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !RESERVED_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => {
            let reserved = RESERVED_V6.iter().any(|net| net.contains(&address));
            GLOBAL_V6.contains(&address) && !reserved && !is_isatap(address)
        }
    }
}

/// Whether the lower half is an IPv4 address in ISATAP's notation (RFC 5214, 6.1), which may follow any prefix.
fn is_isatap(address: Ipv6Addr) -> bool {
    matches!(address.segments(), [_, _, _, _, 0 | 0x0200, 0x5efe, _, _])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_internet_at_large_are_public() {
        for text in "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
             142.250.74.110 168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 \
             185.199.108.153 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.255 \
             203.0.114.0 205.189.10.47 223.255.255.255 ::ffff:8.8.8.8 2001:200::1 2001:4860:4860::8888 \
             2001:db7:ffff:: 2001:db9::1 2003::1 2606:4700::1111 2620:fe::fe 2a00:1450:4001:81b::200e 2a00::5eff:0:1 \
             3ffe:ffff::1"
            .split_whitespace()
        {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn all_others_are_not() {
        for text in
            "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.1 \
             127.255.255.255 168.63.129.16 169.254.0.0 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.1 \
             192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.7 \
             203.0.113.255 224.0.0.1 239.255.255.255 240.0.0.0 255.255.255.255 :: ::1 ::2 ::7f00:1 ::8.8.8.8 \
             ::ffff:0.0.0.0 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 \
             64:ff9b::8.8.8.8 64:ff9b::10.0.0.1 64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 \
             2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1ff:ffff::1 2001:db8::1 2001:db8:ffff::1 2002:7f00:1:: \
             2002:808:808::1 2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:8.8.8.8 3fff::1 3fff:fff::1 4000::1 5f00::1 \
             fc00::1 fd00:ec2::254 fd20:ce::254 fe80::1 febf::1 fec0::1 feff::1 ff02::1 ffff::"
                .split_whitespace()
        {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }
}
