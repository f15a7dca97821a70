//! Who asks: the token, the proof that goes with it, the purpose, the address.
//!
//! Never: decides whether a token or a proof is good; a header that holds none is answered exactly as a token that is not.
//! State: none.

use crate::outcome::Refused;
use crate::text;
use crate::web::Web;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use salus_records::dpop::Proof;
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

/// Stands for a proof that is about another request than it came with: none that the keyholder takes.
const MISPLACED: &[u8] = b"misplaced";

/// What is no token is asked about as one that nobody has, so that the keyholder counts it.
///
/// Errors: 401 without a token; 400 for an unknown purpose.
pub(crate) fn asker(web: &Web, cell: &Cell, parts: &Parts, address: [u8; 16]) -> Result<Asker, Refused> {
    if !parts.headers.contains_key(AUTHORIZATION) {
        return Err(RecordsError::NoSession.into());
    }
    let (scheme, token) = token(&parts.headers).unwrap_or_else(|| (Scheme::Bearer, Token::of_nobody()));
    let proof = match scheme {
        Scheme::Bearer => Vec::new(),
        Scheme::Dpop => proof(web, parts),
    };
    Ok(Asker { token, proof, cell: cell.id(), purpose: purpose(&parts.headers)?, address })
}

/// How a token is sent (RFC 6750; RFC 9449, section 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Bearer,
    Dpop,
}

impl Scheme {
    fn of(name: &str) -> Option<Self> {
        match name {
            _ if name.eq_ignore_ascii_case("bearer") => Some(Self::Bearer),
            _ if name.eq_ignore_ascii_case("dpop") => Some(Self::Dpop),
            _ => None,
        }
    }
}

fn token(headers: &HeaderMap) -> Option<(Scheme, Token)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    Some((Scheme::of(scheme)?, Token::parse(token.trim())?))
}

/// Whether somebody sends a token with a proof, good or not.
pub(crate) fn proves(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(scheme, _)| Scheme::of(scheme) == Some(Scheme::Dpop))
}

/// The proof in the header `DPoP`; empty when there is none.
pub(crate) fn proof(web: &Web, parts: &Parts) -> Vec<u8> {
    let mut all = parts.headers.get_all("dpop").into_iter();
    match (all.next(), all.next()) {
        (None, _) => Vec::new(),
        (Some(proof), None) => placed(web, parts, proof.as_bytes()),
        _ => MISPLACED.to_vec(),
    }
}

/// A proof, if it is about this request; whether it is good is the keyholder's to say.
pub(crate) fn placed(web: &Web, parts: &Parts, bytes: &[u8]) -> Vec<u8> {
    let is_placed = Proof::parse(bytes).is_some_and(|proof| {
        let (origin, base) = split_origin(&web.public_base_url);
        let is_here = proof.address().is_some_and(|(to, path)| {
            to.eq_ignore_ascii_case(origin) && path.strip_prefix(base) == Some(parts.uri.path())
        });
        is_here && proof.htm == parts.method.as_str()
    });
    if is_placed { bytes.to_vec() } else { MISPLACED.to_vec() }
}

/// Scheme, host and port of an address; and the rest.
pub(crate) fn split_origin(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    url.split_at_checked(end).unwrap_or((url, ""))
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
    fn only_a_well_formed_token_is_one() {
        let token = Token::random().unwrap();
        let text = token.to_text();
        let with = |value: String| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            super::token(&headers).map(|(scheme, token)| (scheme, token.hash()))
        };
        assert_eq!(with(format!("Bearer {}", *text)), Some((Scheme::Bearer, token.hash())));
        assert_eq!(with(format!("bEARER {}", *text)), Some((Scheme::Bearer, token.hash())));
        assert_eq!(with(format!("DPoP {}", *text)), Some((Scheme::Dpop, token.hash())));
        for bad in [format!("Basic {}", *text), text.to_string(), "Bearer".into(), "Bearer x".into()] {
            assert_eq!(with(bad), None);
        }
        assert!(super::token(&HeaderMap::new()).is_none());
    }

    #[test]
    fn an_address_is_an_origin_and_a_path() {
        assert_eq!(split_origin("https://a.example:1/b/c"), ("https://a.example:1", "/b/c"));
        assert_eq!(split_origin("https://a.example"), ("https://a.example", ""));
        assert_eq!(split_origin("x"), ("x", ""));
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
