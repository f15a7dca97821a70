//! Who asks: the bearer's token, the purpose, the address.
//!
//! Never: decides whether a token is good; a header that holds none is answered exactly as a token that is not.
//! State: none.

use crate::outcome::Refused;
use crate::text;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use salus_records::{Asker, Cell, Purpose, RecordsError, Token};
use std::net::IpAddr;

const PURPOSES: [(&str, Purpose); 6] = [
    ("TREAT", Purpose::Treatment),
    ("HPAYMT", Purpose::Payment),
    ("HOPERAT", Purpose::Operations),
    ("ETREAT", Purpose::Emergency),
    ("PATRQT", Purpose::PatientRequest),
    ("SYSADMIN", Purpose::Administration),
];

/// Errors: 401 without a token; 400 for an unknown purpose.
pub(crate) fn asker(headers: &HeaderMap, cell: &Cell, address: [u8; 16]) -> Result<Asker, Refused> {
    let token = bearer(headers).ok_or(RecordsError::NoSession)?;
    Ok(Asker { token, proof: Vec::new(), cell: cell.id(), purpose: purpose(headers)?, address })
}

fn bearer(headers: &HeaderMap) -> Option<Token> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Token::parse(token.trim())
}

fn purpose(headers: &HeaderMap) -> Result<Purpose, Refused> {
    let Some(value) = headers.get("salus-purpose") else { return Ok(Purpose::Treatment) };
    let known = PURPOSES.iter().find(|(code, _)| value == code).map(|(_, purpose)| *purpose);
    known.ok_or_else(|| Refused::new(StatusCode::BAD_REQUEST, text::unknown_purpose()))
}

/// The client's address, IPv4 mapped into IPv6. Behind a proxy, it is the last one that the proxy added.
pub(crate) fn address(peer: IpAddr, headers: &HeaderMap, behind_proxy: bool) -> [u8; 16] {
    let forwarded = || {
        let mut values =
            headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
        values.next_back()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let address = if behind_proxy { forwarded().unwrap_or(peer) } else { peer };
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
    .octets()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv6Addr;

    fn unmapped(address: [u8; 16]) -> IpAddr {
        Ipv6Addr::from(address).to_canonical()
    }

    #[test]
    fn only_a_well_formed_bearer_is_a_token() {
        let token = Token::random().unwrap();
        let text = token.to_text();
        let with = |value: String| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            bearer(&headers).map(|token| token.hash())
        };
        assert_eq!(with(format!("Bearer {}", *text)), Some(token.hash()));
        assert_eq!(with(format!("bEARER {}", *text)), Some(token.hash()));
        for bad in [format!("Basic {}", *text), text.to_string(), "Bearer".into(), "Bearer x".into()] {
            assert_eq!(with(bad), None);
        }
        assert!(bearer(&HeaderMap::new()).is_none());
    }

    #[test]
    fn purposes_are_codes_and_treatment_by_default() {
        let mut headers = HeaderMap::new();
        assert_eq!(purpose(&headers).unwrap(), Purpose::Treatment);
        headers.insert("salus-purpose", "ETREAT".parse().unwrap());
        assert_eq!(purpose(&headers).unwrap(), Purpose::Emergency);
        headers.insert("salus-purpose", "etreat".parse().unwrap());
        assert_eq!(purpose(&headers).unwrap_err().status, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn a_proxy_is_believed_only_where_there_is_one() {
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "203.0.113.9, 2001:db8::7".parse().unwrap());
        assert_eq!(unmapped(address(peer, &headers, false)), peer);
        assert_eq!(unmapped(address(peer, &headers, true)), "2001:db8::7".parse::<IpAddr>().unwrap());
        headers.insert("x-forwarded-for", "nonsense".parse().unwrap());
        assert_eq!(unmapped(address(peer, &headers, true)), peer);
    }
}
