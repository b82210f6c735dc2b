"""Which IP addresses the outgoing client may dial: public unicast, and nothing that hides another address."""

import ipaddress
from functools import lru_cache

_IPV4_CLOSED = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT; Alibaba's metadata lives at 100.100.100.200
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's wire server
        "169.254.0.0/16",  # link local: cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Everything else is closed: loopback, unique local, link local, mapped, NAT64 (64:ff9b::/96), multicast.
_IPV6_OPEN = ipaddress.IPv6Network("2000::/3")
_IPV6_CLOSED = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_ISATAP = (0x00005EFE, 0x02005EFE)  # interface ids that carry an IPv4 address


@lru_cache(maxsize=1024)
def may_dial(text: str) -> bool:
    """Whether this literal is a public address; what does not parse strictly is not.

    >>> may_dial("93.184.216.34"), may_dial("169.254.169.254"), may_dial("127.1"), may_dial("64:ff9b::a00:1")
    (True, False, False, False)
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _IPV4_CLOSED)
    if address.scope_id is not None or address not in _IPV6_OPEN:
        return False
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return False
    return not any(address in network for network in _IPV6_CLOSED)
