//! Pieces of FHIR resources. Pure.

use serde_json::{Value, json};

pub(crate) const LOINC: &str = "http://loinc.org";
pub(crate) const ATC: &str = "http://www.whocc.no/atc";

/// A code with its display, which is the text as well.
pub(crate) fn coded(system: &str, code: &str, display: &str) -> Value {
    json!({"coding": [{"system": system, "code": code, "display": display}], "text": display})
}

/// A code of one of HL7's own systems.
pub(crate) fn hl7(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]})
}

/// Words without a code.
pub(crate) fn text(text: &str) -> Value {
    json!({"text": text})
}

pub(crate) fn refer(reference: &str) -> Value {
    json!({"reference": reference})
}

/// An amount with so many digits behind the point: `7.0` stays `7.0`.
pub(crate) fn quantity(value: f64, digits: usize, unit: &str) -> Value {
    let number: serde_json::Number = format!("{value:.digits$}").parse().unwrap_or_else(|_| 0.into());
    match shown(unit) {
        // A ratio has a code and no word.
        "" => json!({"value": number, "system": "http://unitsofmeasure.org", "code": unit}),
        word => json!({"value": number, "unit": word, "system": "http://unitsofmeasure.org", "code": unit}),
    }
}

/// A unit as people write it.
pub(crate) fn shown(unit: &str) -> &str {
    match unit {
        "mm[Hg]" => "mmHg",
        "mL/min/{1.73_m2}" => "ml/min/1,73 m²",
        "m[IU]/L" => "mU/l",
        "10*3/uL" => "10³/µl",
        "umol/L" => "µmol/l",
        "Cel" => "°C",
        "1" => "",
        other => other,
    }
}

/// An entry that puts a resource under its id.
pub(crate) fn put(kind: &str, id: &str, mut resource: Value) -> Value {
    if let Some(fields) = resource.as_object_mut() {
        fields.shift_insert(0, "resourceType".to_owned(), kind.into());
        fields.shift_insert(1, "id".to_owned(), id.into());
    }
    let url = format!("{kind}/{id}");
    json!({"fullUrl": format!("urn:uuid:{id}"), "resource": resource, "request": {"method": "PUT", "url": url}})
}

/// A transaction.
pub(crate) fn bundle(entries: &[Value]) -> String {
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
}

/// Base64 with padding (RFC 4648, section 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let at = (bits >> (18 - 6 * place)) as usize & 63;
            out.push(if place <= three.len() { char::from(LETTERS[at]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_base64() {
        assert_eq!(quantity(7.0, 1, "%")["value"].to_string(), "7.0");
        assert_eq!(quantity(88.4, 0, "umol/L")["value"].to_string(), "88");
        // RFC 4648, section 10.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
