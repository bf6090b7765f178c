//! Under which of its addresses this machine can be reached from the local network.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use super::super::error::ReviewError;

/// An address that is nobody's, beyond every local network.
const FAR: (Ipv4Addr, u16) = (Ipv4Addr::new(203, 0, 113, 1), 9);

/// The address that this machine shows to others.
///
/// # Errors
///
/// It is in no network, or its address is one of the Internet's, where a page without TLS has no business.
pub fn own_address() -> Result<IpAddr, ReviewError> {
    // Nothing is sent: to connect only asks the system which of its addresses it would use.
    let asked = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect(FAR)?;
        socket.local_addr()
    });
    match asked.map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) if is_local(address) => Ok(address.into()),
        Ok(address) if !address.is_unspecified() && !address.is_loopback() => {
            Err(ReviewError::PublicAddress(address))
        }
        Ok(_) | Err(_) => Err(ReviewError::NoAddress),
    }
}

/// Whether only a local network knows an address: RFC 1918, link-local, or a carrier's (as overlay networks use it).
fn is_local(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private() || address.is_link_local() || (first == 100 && (64..128).contains(&second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_a_local_network_are_taken_unasked() {
        for (address, expected) in [
            ([192, 168, 1, 7], true),
            ([10, 0, 0, 2], true),
            ([172, 20, 3, 4], true),
            ([169, 254, 9, 9], true),
            ([100, 101, 1, 1], true),
            ([100, 20, 1, 1], false),
            ([172, 32, 0, 1], false),
            ([8, 8, 8, 8], false),
        ] {
            assert_eq!(is_local(address.into()), expected, "{address:?}");
        }
    }
}
